//! Gifts that are listed once more for each person who is credited with them.

use super::folded;

/// The column that says whether a record is a gift or credits somebody with one.
pub fn credit_type_column(headers: &[String]) -> Option<usize> {
    let names = [
        "credit_type",
        "type_of_credit",
        "gift_credit_type",
        "donation_credit_type",
        "soft_credit_type",
        "hard_soft",
        "hard_soft_credit",
        "credit",
    ];
    headers.iter().position(|header| names.contains(&folded(header).as_str()))
}

/// Whether a cell of that column says that the record is not a gift of its stakeholder: `Soft`, `Soft credit`.
pub fn is_soft(cell: &str) -> bool {
    let cell = folded(cell);
    cell == "soft" || cell.starts_with("soft_")
}

/// Whether the file says something about such credits, so that a gift may be listed several times.
pub fn lists_soft_credits(headers: &[String]) -> bool {
    let says = |header: &String| {
        let name = folded(header);
        name.contains("soft_credit") || name.contains("softcredit")
    };
    headers.iter().any(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_told_by_their_column() {
        let headers = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        assert_eq!(credit_type_column(&headers(&["Gift ID", "Credit Type"])), Some(1));
        assert_eq!(credit_type_column(&headers(&["Gift ID", "Credit card type"])), None);
        assert!(lists_soft_credits(&headers(&["Gift ID", "Soft Credit Recipient"])));
        assert!(!lists_soft_credits(&headers(&["Gift ID", "Credit"])));
        assert!(is_soft("Soft Credit") && is_soft("SOFT") && !is_soft("Hard") && !is_soft("Software"));
    }
}
