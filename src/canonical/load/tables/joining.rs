//! What the threads of one file gave, put together in the order of the file.

use rayon::prelude::*;

use crate::canonical::Data;
use crate::canonical::load::file::reading::Rowset;

/// What the threads of one file gave, as one.
pub fn join(mut sinks: Vec<Rowset>) -> Rowset {
    let mut all = sinks.remove(0);
    for mut sink in sinks {
        let stakeholders = all.interners.stakeholders.absorb(&sink.interners.stakeholders);
        let texts = all.interners.texts.absorb(&sink.interners.texts);
        all.fillings.par_iter_mut().zip(sink.fillings).for_each(|(mine, mut theirs)| {
            if let Data::Code(codes) = &mut theirs.data {
                // The same column of the same file: stakeholder or text is told by the plan, and both maps are by code.
                let map = if theirs.is_stakeholder { &stakeholders } else { &texts };
                if !map.are_same() {
                    codes.iter_mut().for_each(|c| *c = map.of(*c));
                }
            }
            mine.data.append(theirs.data);
            mine.times.add(theirs.times);
            mine.rounded += theirs.rounded;
            mine.add_notes(theirs.notes);
        });
        all.lines.append(&mut sink.lines);
        all.hashes.append(&mut sink.hashes);
        all.fixed.append(&mut sink.fixed);
        all.updated.append(&mut sink.updated);
        all.rows += sink.rows;
        all.filled += sink.filled;
        all.unused.append(&mut sink.unused);
        for (key, count) in sink.counts {
            *all.counts.entry(key).or_default() += count;
        }
    }
    // Threads take blocks as they come; where lines are kept, records stand in the order of the file.
    if !all.lines.is_sorted() {
        let mut order: Vec<u32> = (0..all.rows as u32).collect();
        order.sort_unstable_by_key(|&row| all.lines[row as usize]);
        for filling in &mut all.fillings {
            filling.data.reorder(&order, &mut Default::default());
        }
        reorder(&mut all.hashes, &order);
        reorder(&mut all.fixed, &order);
        reorder(&mut all.updated, &order);
        all.lines.sort_unstable();
    }
    all
}

/// Puts values into another order, where there are any.
fn reorder<T: Copy>(values: &mut Vec<T>, order: &[u32]) {
    if !values.is_empty() {
        *values = order.iter().map(|&row| values[row as usize]).collect();
    }
}
