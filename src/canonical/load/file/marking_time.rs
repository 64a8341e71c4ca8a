//! Times where a yes or a no is expected: `cancelled_at`, or `answered` with the day of the answer.

use crate::canonical::load::dates::placeholder_dates::placeholder;
use crate::cell_parsing::{Civil, Count, Order, is_zero_date, parse_ordered};
use crate::period::Zone;

/// What a time says of its record: that something happened, or that it did not, where the time is one that programs write where they have
/// none (1970-01-01, 9999-12-31). `None` for a cell that is no time in any order of day, month and year.
pub fn marked_by_time(cell: &str, zone: &Zone) -> Option<bool> {
    if is_zero_date(cell) {
        return Some(false);
    }
    let orders = [Order::Ymd, Order::Dmy, Order::Mdy];
    let read = |order: Order| parse_ordered(cell, order).ok();
    let counted = || Count::of(cell).and_then(|count| count.parse(cell).ok());
    let times: Vec<Civil> = orders.into_iter().filter_map(read).chain(counted()).collect();
    let is_placeholder = |time: &Civil| placeholder(time.utc().unwrap_or_else(|| time.local_micros()), zone).is_some();
    (!times.is_empty()).then(|| !times.iter().any(is_placeholder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::load::testing::{load, notes};

    #[test]
    fn a_time_is_a_yes_and_a_placeholder_a_no() {
        for cell in [
            "2026-10-05",
            "05.10.2026 09:00",
            "10/05/26",
            "5 Oct 2026",
            "2026-10-05T09:00:00Z",
            "1790850000",
        ] {
            assert_eq!(marked_by_time(cell, &Zone::utc()), Some(true), "{cell}");
        }
        for cell in [
            "1970-01-01",
            "1970-01-01 00:00:00",
            "01.01.1970",
            "01/01/1900",
            "31/12/9999",
            "9999-12-31",
            "0000-00-00",
            "00/00/0000",
        ] {
            assert_eq!(marked_by_time(cell, &Zone::utc()), Some(false), "{cell}");
        }
        for cell in ["", "soon", "12", "-1"] {
            assert_eq!(marked_by_time(cell, &Zone::utc()), None, "{cell}");
        }
    }

    // Orders 1 and 3 count, of 2 half went back, 4 was cancelled: the times of 1970 and 9999 mean that nothing happened.
    #[test]
    fn placeholder_times_cancel_and_refund_nothing() {
        let orders = "order_id,customer_id,ordered_at,amount,refunded_at,cancelled_at\n\
                      1,a,2026-10-01,100,1970-01-01,1970-01-01\n2,b,2026-10-02,50,2026-10-09,1970-01-01\n\
                      3,c,2026-10-03,20,01.01.1970,9999-12-31\n4,c,2026-10-03,30,,2026-10-04\n";
        let loaded = load(&[("orders.csv", "purchases", orders)]);
        let file = &loaded.account[0];
        assert_eq!((file.used, file.excluded, file.reasons["cancelled"]), (3, 1, 1));
        assert_eq!(notes(&loaded, "refunded-by-status").len(), 1);
        // Two of three invitations were answered, which a column says in days.
        let surveys = "Antwort-ID,customer_id,sent_at,answered\n1,a,2026-10-01,13.10.2026\n2,b,2026-10-01,\n3,c,2026-10-01,15.10.2026\n";
        assert_eq!(load(&[("s.csv", "surveys", surveys)]).account[0].used, 3);
    }
}
