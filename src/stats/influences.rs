//! How two estimates go together because some stakeholders are in both.
//!
//! An estimate is moved by each stakeholder a little: by the sum of the influences of its rows. Where the same stakeholders are in two samples,
//! the covariance of the two estimates is that of these sums (Andersen, Klein and Rosthoj, Biometrika 90 (2003), 15-27, do the same with
//! pseudo-values, of which influences are the limit).

use super::survival::Observation;

/// A row without a stakeholder is one of its own.
const NOBODY: u32 = u32::MAX;

/// The influence of each stakeholder, up to a factor that is the same for all: ascending, rows without one last and each alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Influences(Vec<(u32, f64)>);

impl Influences {
    /// On the share of values at or below `at`, where `owners` are the stakeholders of the values, ascending: sum(1\[v <= at\] - p).
    pub fn on_share_below(values: &[f64], owners: &[u32], at: f64) -> Influences {
        let is_below = |value: &f64| f64::from(*value <= at);
        let p = values.iter().map(is_below).sum::<f64>() / values.len() as f64;
        Influences::of(owners.iter().copied().zip(values.iter().map(|value| is_below(value) - p)))
    }

    /// On the logarithm of the Kaplan-Meier share of rows without an event by `at`, whatever the order of the observations; nothing where the share
    /// is 0.
    ///
    /// With d events at u and r rows at risk just before it, ln S is the sum of ln(1 - d / r) over u <= `at`. Its derivative by the weight of a row
    /// is the sum of d / (r (r - d)) over the times at which the row is at risk without an event of its own, less 1 / r at its event (the
    /// infinitesimal jackknife; Reid, Annals of Statistics 9 (1981), 78-92).
    pub fn on_survival(observations: &[Observation], at: f64) -> Influences {
        let mut sorted: Vec<&Observation> = observations.iter().filter(|o| !o.time.is_nan()).collect();
        sorted.sort_by(|a, b| a.time.total_cmp(&b.time));
        let mut influences: Vec<(u32, f64)> = Vec::with_capacity(sorted.len());
        let (mut left, mut sum) = (sorted.len(), 0.0);
        for together in sorted.chunk_by(|a, b| a.time == b.time) {
            let at_risk = left as f64;
            left -= together.len();
            let before = sum;
            let is_before = together[0].time <= at;
            if is_before {
                let events = together.iter().filter(|o| o.event).count() as f64;
                sum += events / (at_risk * (at_risk - events));
            }
            let of = |o: &&Observation| if o.event && is_before { before - 1.0 / at_risk } else { sum };
            influences.extend(together.iter().map(|o| (o.cluster, of(o))));
        }
        if sum.is_infinite() {
            return Influences(Vec::new());
        }
        influences.sort_by_key(|(cluster, _)| *cluster);
        Influences::of(influences.into_iter())
    }

    /// The sums over the rows of each stakeholder, which come one after the other.
    fn of(rows: impl Iterator<Item = (u32, f64)>) -> Influences {
        let mut sums: Vec<(u32, f64)> = Vec::new();
        for (owner, influence) in rows {
            match sums.last_mut() {
                Some((last, sum)) if *last == owner && owner != NOBODY => *sum += influence,
                _ => sums.push((owner, influence)),
            }
        }
        Influences(sums)
    }

    /// The correlation of two estimates through the stakeholders that are in both; 0 where one has no variance.
    pub fn correlation(&self, other: &Influences) -> f64 {
        let (a, b) = (&self.0, &other.0);
        let square = |list: &[(u32, f64)]| list.iter().map(|(_, e)| e * e).sum::<f64>();
        let scale = (square(a) * square(b)).sqrt();
        let (mut i, mut j, mut products) = (0, 0, 0.0);
        while i < a.len() && j < b.len() {
            match a[i].0.cmp(&b[j].0) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal if a[i].0 == NOBODY => break,
                std::cmp::Ordering::Equal => {
                    products += a[i].1 * b[j].1;
                    i += 1;
                    j += 1;
                }
            }
        }
        if scale > 0.0 { products / scale } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::close;
    use super::*;

    fn observations(rows: &[(u32, f64, bool)]) -> Vec<Observation> {
        let of = |&(cluster, time, event): &(u32, f64, bool)| Observation { time, event, cluster };
        rows.iter().map(of).collect()
    }

    // f = KaplanMeierFitter().fit(t, e).predict(6) of all twelve rows and without row i; the jackknife pseudo-values
    // 12 f - 11 f_i, centred, go with the influences: np.corrcoef is 0.9999079869192254
    #[test]
    fn influences_go_with_pseudo_values() {
        let times = [1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0];
        let rows: Vec<(u32, f64, bool)> = (0..)
            .zip(times)
            .map(|(i, time)| (i, time, ![5.0, 10.0, 15.0, 20.0].contains(&time)))
            .collect();
        let Influences(found) = Influences::on_survival(&observations(&rows), 6.0);
        close(found.iter().map(|(_, e)| e).sum(), 0.0, 1e-12);
        let share = |left_out: Option<usize>| {
            let mut kept: Vec<Observation> = observations(&rows);
            left_out.map(|at| kept.remove(at));
            let steps = super::super::kaplan_meier(&mut kept);
            steps.iter().rfind(|step| step.time <= 6.0).unwrap().survival
        };
        let pseudo: Vec<f64> = (0..12).map(|i| 12.0 * share(None) - 11.0 * share(Some(i))).collect();
        let mean = pseudo.iter().sum::<f64>() / 12.0;
        let pseudo = Influences((0..).zip(pseudo.iter().map(|value| value - mean)).collect());
        close(Influences(found).correlation(&pseudo), 0.9999079869192254, 1e-12);
    }

    #[test]
    fn without_censoring_both_influences_agree() {
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0];
        let owners = [1, 1, 2, 5, 5, 5, NOBODY];
        let Influences(below) = Influences::on_share_below(&values, &owners, 3.0);
        let rows: Vec<(u32, f64, bool)> = owners.iter().zip(values).map(|(&owner, value)| (owner, value, true)).collect();
        let Influences(survival) = Influences::on_survival(&observations(&rows), 3.0);
        assert_eq!(below.len(), 4);
        // 1 - S is the share at or below, so the signs are opposite: S times 7 rows is the factor.
        let factor = 7.0 * 3.0 / 7.0;
        for ((owner, a), (other, b)) in below.iter().zip(&survival) {
            assert_eq!(owner, other);
            close(*a, -factor * b, 1e-12);
        }
    }

    #[test]
    fn the_same_people_go_together_and_rows_of_nobody_do_not() {
        let of = |owners: &[u32], values: &[f64]| Influences::on_share_below(values, owners, 2.0);
        let a = of(&[1, 2, 3, NOBODY], &[1.0, 5.0, 9.0, 1.0]);
        close(a.correlation(&of(&[1, 2, 3], &[1.0, 5.0, 9.0])), (2.0_f64 / 3.0).sqrt(), 1e-12);
        assert_eq!(a.correlation(&of(&[NOBODY, NOBODY], &[1.0, 5.0])), 0.0);
        assert_eq!(a.correlation(&of(&[1, 2], &[1.0, 1.0])), 0.0, "without variance");
        close(a.correlation(&a), 0.75, 1e-12);
        let over = observations(&[(1, 1.0, true), (2, 2.0, true)]);
        assert_eq!(Influences::on_survival(&over, 2.0), Influences(Vec::new()), "nothing is left");
    }
}
