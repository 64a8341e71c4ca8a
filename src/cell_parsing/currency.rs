//! Currency signs and codes before or after an amount.

/// Signs, and the ISO 4217 code each stands for; where several currencies share a sign, the sign itself. Longest first where one
/// sign ends or begins with another.
const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("CA$", "CAD"),
    ("AU$", "AUD"),
    ("MX$", "MXN"),
    ("NT$", "TWD"),
    ("R$", "BRL"),
    ("C$", "CAD"),
    ("A$", "AUD"),
    ("S$", "SGD"),
    ("$", "$"),
    ("€", "EUR"),
    ("£", "£"),
    ("¥", "¥"),
    ("￥", "¥"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("₱", "PHP"),
    ("₦", "NGN"),
    ("₡", "CRC"),
    ("฿", "THB"),
    ("৳", "BDT"),
    ("₸", "KZT"),
    ("₾", "GEL"),
    ("₼", "AZN"),
    ("₵", "GHS"),
    ("₲", "PYG"),
    ("₮", "MNT"),
    ("₭", "LAK"),
    ("S/.", "PEN"),
    ("S/", "PEN"),
    ("лв.", "BGN"),
    ("лв", "BGN"),
    ("руб.", "RUB"),
    ("руб", "RUB"),
    ("грн.", "UAH"),
    ("грн", "UAH"),
    ("lei", "RON"),
    ("RM", "MYR"),
    ("Rp.", "IDR"),
    ("Rp", "IDR"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("SFr.", "CHF"),
    ("Fr.", "CHF"),
    ("Rs.", "Rs"),
    ("Rs", "Rs"),
    ("kr.", "kr"),
    ("kr", "kr"),
    ("Kr", "kr"),
];

/// The active codes of ISO 4217, sorted.
const CODES: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL",
    "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
    "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR",
    "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP",
    "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD",
    "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR",
    "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP",
    "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR",
    "ZMW", "ZWG",
];

fn code(text: &str) -> Option<&'static str> {
    let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
    let upper = bytes.map(|b| b.to_ascii_uppercase());
    CODES.binary_search_by(|c| c.as_bytes().cmp(&upper)).ok().map(|at| CODES[at])
}

/// The currency at the start of a text, and the rest after it.
pub(super) fn strip_prefix(text: &str) -> Option<(&'static str, &str)> {
    let signed = SIGNS
        .iter()
        .find_map(|&(sign, name)| text.strip_prefix(sign).map(|rest| (name, rest)));
    signed.or_else(|| {
        let (head, rest) = text.split_at_checked(3)?;
        Some((code(head)?, rest))
    })
}

/// The currency at the end of a text, and the rest before it.
pub(super) fn strip_suffix(text: &str) -> Option<(&'static str, &str)> {
    let signed = SIGNS
        .iter()
        .find_map(|&(sign, name)| text.strip_suffix(sign).map(|rest| (name, rest)));
    signed.or_else(|| {
        let (rest, tail) = text.split_at_checked(text.len().checked_sub(3)?)?;
        Some((code(tail)?, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_codes() {
        assert!(CODES.is_sorted());
        assert_eq!(strip_prefix("US$5"), Some(("USD", "5")));
        assert_eq!(strip_prefix("$5"), Some(("$", "5")));
        assert_eq!(strip_prefix("eur 5"), Some(("EUR", " 5")));
        assert_eq!(strip_prefix("XYZ 5"), None);
        assert_eq!(strip_suffix("5 kr."), Some(("kr", "5 ")));
        assert_eq!(strip_suffix("5 zł"), Some(("PLN", "5 ")));
        assert_eq!(strip_suffix("5CHF"), Some(("CHF", "5")));
        assert_eq!(strip_suffix("5"), None);
        assert_eq!(strip_suffix("5é"), None);
    }
}
