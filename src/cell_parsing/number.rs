//! Amounts and numbers as people and systems write them: currency signs, thousands separators, decimal commas, percent signs,
//! parentheses or a minus before or after for negatives, a dash for no decimals (`12,-`), exponents.

use std::io::Write;

use rust_decimal::Decimal;

use super::currency::Currency;
use super::number_affixes::{Dress, parts_thousands, undisguised};
use super::{ValueError, encoded_twice};

/// Which character parts the whole from the decimals in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum DecimalMark {
    /// `1,234.56`
    Point,
    /// `1.234,56`
    Comma,
    /// Each cell by its own evidence; one that leaves it open (`1,234`, `1.234`) is an error.
    #[default]
    Auto,
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// The amount in 1/10,000 of the currency's unit, rounded half-even.
    pub stored: i64,
    /// Whether decimals beyond the fourth were rounded away.
    pub rounded: bool,
    /// The currency that is written in the cell.
    pub currency: Option<&'static Currency>,
    /// Whether the cell was encoded twice, and was read as it had been before.
    pub repaired: bool,
}

/// Reads an amount of money.
///
/// # Errors
/// When the cell is not a number, is a percentage, or exceeds 922 trillion; with [`DecimalMark::Auto`] also when it is ambiguous.
pub fn parse_money(cell: &str, mark: DecimalMark) -> Result<Money, ValueError> {
    if let Some(plain) = Plain::read(cell, mark) {
        const SCALE: [i64; 5] = [10_000, 1_000, 100, 10, 1];
        let stored = plain
            .mantissa
            .checked_mul(SCALE[plain.decimals as usize])
            .ok_or(ValueError::TooLarge)?;
        return Ok(Money {
            stored: if plain.negative { -stored } else { stored },
            rounded: false,
            currency: None,
            repaired: false,
        });
    }
    let written = Written::read(cell, mark)?;
    if written.percent {
        return Err(ValueError::Percentage);
    }
    let (parts, rounded) = rescale(written.mantissa, written.scale, 4).ok_or(ValueError::TooLarge)?;
    let parts = i64::try_from(parts).map_err(|_| ValueError::TooLarge)?;
    Ok(Money {
        stored: if written.negative { -parts } else { parts },
        rounded: rounded || written.more,
        currency: written.currency,
        repaired: encoded_twice::repaired(cell).is_some(),
    })
}

/// Reads a number; a percentage is a hundredth (`12 %` is 0.12).
///
/// # Errors
/// When the cell is not a number or beyond the range of `f64`; with [`DecimalMark::Auto`] also when it is ambiguous.
pub fn parse_number(cell: &str, mark: DecimalMark) -> Result<f64, ValueError> {
    let (negative, mantissa, scale) = match Plain::read(cell, mark) {
        Some(plain) => (plain.negative, plain.mantissa as u128, plain.decimals as i32),
        None => {
            let written = Written::read(cell, mark)?;
            (
                written.negative,
                written.mantissa,
                written.scale + if written.percent { 2 } else { 0 },
            )
        }
    };
    let magnitude = if mantissa <= 1 << 53 && (0..=22).contains(&scale) {
        // Both are exact, so that the one division rounds correctly (Clinger 1990).
        mantissa as f64 / 10f64.powi(scale)
    } else {
        let mut text = [0u8; 64];
        let mut rest = &mut text[..];
        let _ = write!(rest, "{mantissa}e{}", -scale);
        let free = rest.len();
        let text = std::str::from_utf8(&text[..64 - free]).unwrap_or_default();
        text.parse().map_err(|_| ValueError::TooLarge)?
    };
    match magnitude.is_finite() {
        true => Ok(if negative { -magnitude } else { magnitude }),
        false => Err(ValueError::TooLarge),
    }
}

/// Reads a number exactly; a percentage is a hundredth. Beyond 28 decimals or 28 digits it is rounded half-even.
///
/// # Errors
/// When the cell is not a number or its whole part exceeds 28 digits; with [`DecimalMark::Auto`] also when it is ambiguous.
pub fn parse_decimal(cell: &str, mark: DecimalMark) -> Result<Decimal, ValueError> {
    parse_decimal_in(cell, mark).map(|(number, _)| number)
}

/// The same, with the currency that is written in the cell.
///
/// # Errors
/// Those of [`parse_decimal`].
pub fn parse_decimal_in(cell: &str, mark: DecimalMark) -> Result<(Decimal, Option<&'static Currency>), ValueError> {
    const MAX: u128 = (1 << 96) - 1;
    let written = Written::read(cell, mark)?;
    let scale = written.scale + if written.percent { 2 } else { 0 };
    let mut wanted = scale.clamp(0, 28);
    let mantissa = loop {
        match rescale(written.mantissa, scale, wanted) {
            Some((mantissa, _)) if mantissa <= MAX => break mantissa,
            _ if wanted > 0 => wanted -= 1,
            _ => return Err(ValueError::TooLarge),
        }
    };
    let signed = if written.negative { -(mantissa as i128) } else { mantissa as i128 };
    let number = Decimal::try_from_i128_with_scale(signed, wanted as u32).map_err(|_| ValueError::TooLarge)?;
    Ok((number, written.currency))
}

/// `mantissa / 10^from` in units of `10^-to`, rounded half-even, and whether rounding changed it; `None` beyond 128 bits.
fn rescale(mantissa: u128, from: i32, to: i32) -> Option<(u128, bool)> {
    if mantissa == 0 || from == to {
        return Some((mantissa, false));
    }
    if to > from {
        return Some((mantissa.checked_mul(10u128.checked_pow((to - from) as u32)?)?, false));
    }
    // Beyond 10^38 the quotient is below a half, whatever the mantissa.
    let Some(divisor) = 10u128.checked_pow((from - to) as u32) else {
        return Some((0, true));
    };
    let (whole, rest) = (mantissa / divisor, mantissa % divisor);
    let up = match (rest * 2).cmp(&divisor) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Equal => whole % 2,
        std::cmp::Ordering::Greater => 1,
    };
    Some((whole + up, rest != 0))
}

/// The common shape `-?[0-9]+(\.[0-9]{1,4})?`, read without looking for anything else.
struct Plain {
    negative: bool,
    mantissa: i64,
    decimals: u32,
}

impl Plain {
    fn read(cell: &str, mark: DecimalMark) -> Option<Plain> {
        let bytes = cell.as_bytes();
        let negative = bytes.first() == Some(&b'-');
        let digits = &bytes[usize::from(negative)..];
        if digits.is_empty() || digits.len() > 16 {
            return None;
        }
        let (mut mantissa, mut point) = (0i64, None);
        for (at, &b) in digits.iter().enumerate() {
            match b {
                b'0'..=b'9' => mantissa = mantissa * 10 + i64::from(b - b'0'),
                b'.' if point.is_none() && at > 0 => point = Some(at),
                _ => return None,
            }
        }
        let decimals = point.map_or(0, |at| digits.len() - at - 1) as u32;
        let clear = match mark {
            DecimalMark::Point => true,
            DecimalMark::Comma => point.is_none(),
            DecimalMark::Auto => decimals != 3,
        };
        (clear && decimals <= 4 && (point.is_none() || decimals > 0)).then_some(Plain {
            negative,
            mantissa,
            decimals,
        })
    }
}

/// What the separators of one cell say about the decimal mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Neither point nor comma.
    Nothing,
    Point,
    Comma,
    /// One point or comma that may be either.
    Either(char),
}

/// A number as written: `(-1)^negative * mantissa / 10^scale`, a little more where digits beyond the 37th were dropped.
struct Written {
    negative: bool,
    mantissa: u128,
    scale: i32,
    more: bool,
    percent: bool,
    currency: Option<&'static Currency>,
}

/// What point and comma mean in the digits of one cell.
fn weigh(dress: &Dress<'_>) -> Evidence {
    match dress.dash {
        Some('.') => return Evidence::Point,
        Some(_) => return Evidence::Comma,
        None => {}
    }
    let body = dress.body;
    let (digits, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], true),
        None => (body, false),
    };
    let Some(last) = digits.rfind(['.', ',']) else {
        return Evidence::Nothing;
    };
    let point = digits.as_bytes()[last] == b'.';
    let (same, other) = if point { ('.', ',') } else { (',', '.') };
    let (decimal, thousands) = if point {
        (Evidence::Point, Evidence::Comma)
    } else {
        (Evidence::Comma, Evidence::Point)
    };
    let (before, after) = (&digits[..last], &digits[last + 1..]);
    if before.contains(same) {
        // It comes twice, so it parts thousands.
        thousands
    } else if exponent || before.contains(other) || before.contains(parts_thousands) {
        decimal
    } else if after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0') {
        Evidence::Either(same)
    } else {
        decimal
    }
}

/// The evidence of a cell, or why it is no number under any reading.
pub(super) fn evidence(cell: &str) -> Result<Evidence, ValueError> {
    if let Some(plain) = undisguised(cell) {
        return evidence(&plain);
    }
    let evidence = weigh(&Dress::take_off(cell));
    let mark = if evidence == Evidence::Comma {
        DecimalMark::Comma
    } else {
        DecimalMark::Point
    };
    Written::read(cell, mark).map(|_| evidence)
}

impl Written {
    fn read(cell: &str, mark: DecimalMark) -> Result<Written, ValueError> {
        if let Some(plain) = undisguised(cell) {
            return Written::read(&plain, mark);
        }
        let dress = Dress::take_off(cell);
        let decimal_mark = match mark {
            DecimalMark::Point => '.',
            DecimalMark::Comma => ',',
            DecimalMark::Auto => match weigh(&dress) {
                Evidence::Comma => ',',
                Evidence::Either(c) => return Err(ValueError::AmbiguousSeparator(c)),
                Evidence::Point | Evidence::Nothing => '.',
            },
        };
        if let Some(mark) = dress.dash.filter(|mark| *mark != decimal_mark) {
            return Err(ValueError::Grouping(mark));
        }
        let Dress {
            body,
            negative,
            percent,
            currency,
            ..
        } = dress;
        // The body is a part of the cell, so that its place in it is the difference of their addresses.
        let offset = body.as_ptr() as usize - cell.as_ptr() as usize;
        let wrong = |c: char, at: usize| ValueError::NumberCharacter(c, cell[..offset + at].chars().count() + 1);

        let mut written = Written {
            negative,
            mantissa: 0,
            scale: 0,
            more: false,
            percent,
            currency,
        };
        let (mut any, mut in_decimals) = (false, false);
        let mut separator = None;
        let mut group = 0;
        let mut chars = body.char_indices();
        for (at, c) in chars.by_ref() {
            match c {
                '0'..='9' => {
                    any = true;
                    group += 1;
                    written.push(c as u8 - b'0', in_decimals);
                }
                c if c == decimal_mark && !in_decimals => {
                    check_group(separator, group, true)?;
                    in_decimals = true;
                }
                c if c == '.' || c == ',' || parts_thousands(c) => {
                    if in_decimals || separator.is_some_and(|s| s != c) || group == 0 || (separator.is_none() && group > 3) {
                        return Err(ValueError::Grouping(c));
                    }
                    check_group(separator, group, false)?;
                    separator = Some(c);
                    group = 0;
                }
                'e' | 'E' if any => {
                    let exponent = read_exponent(&body[at + 1..]).map_err(|(c, after)| wrong(c, at + 1 + after))?;
                    written.scale -= exponent;
                    break;
                }
                c => return Err(wrong(c, at)),
            }
        }
        if !any {
            return Err(if cell.trim().is_empty() {
                ValueError::Empty
            } else {
                ValueError::NoDigits
            });
        }
        if !in_decimals {
            check_group(separator, group, true)?;
        } else if dress.dash.is_some() {
            return Err(ValueError::Grouping(decimal_mark));
        }
        Ok(written)
    }

    fn push(&mut self, digit: u8, in_decimals: bool) {
        const FULL: u128 = 10u128.pow(37);
        if self.mantissa < FULL / 10 {
            self.mantissa = self.mantissa * 10 + u128::from(digit);
            self.scale += i32::from(in_decimals);
        } else {
            self.more |= digit != 0;
            self.scale -= i32::from(!in_decimals);
        }
    }
}

/// Whether the group of digits that ends here may stand after that thousands separator: three digits at the end, two or three
/// before it (`12,34,567` is how lakhs are written).
fn check_group(separator: Option<char>, digits: usize, last: bool) -> Result<(), ValueError> {
    match separator {
        Some(c) if digits != 3 && (last || digits != 2) => Err(ValueError::Grouping(c)),
        _ => Ok(()),
    }
}

/// The exponent after `e`; on failure the character that does not belong there and its position.
fn read_exponent(text: &str) -> Result<i32, (char, usize)> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let signed = text.len() - digits.len();
    if let Some((at, c)) = digits.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
        return Err((c, at + signed));
    }
    if digits.is_empty() {
        return Err(('e', 0));
    }
    // An exponent of five digits is out of every range, whatever it is.
    let size = if digits.len() > 5 {
        99_999
    } else {
        digits.parse().unwrap_or(99_999)
    };
    Ok(if text.starts_with('-') { -size } else { size })
}

#[cfg(test)]
mod tests {
    use super::*;
    use DecimalMark::{Auto, Comma, Point};

    fn stored(cell: &str, mark: DecimalMark) -> Result<i64, ValueError> {
        parse_money(cell, mark).map(|m| m.stored)
    }

    #[test]
    fn plain_amounts() {
        assert_eq!(stored("0", Point), Ok(0));
        assert_eq!(stored("12", Comma), Ok(120_000));
        assert_eq!(stored("-12.5", Point), Ok(-125_000));
        assert_eq!(stored("12.3456", Auto), Ok(123_456));
        assert_eq!(stored("922337203685477.5807", Point), Ok(i64::MAX));
        assert_eq!(stored("922337203685477.5808", Point), Err(ValueError::TooLarge));
        assert_eq!(stored("9999999999999999", Point), Err(ValueError::TooLarge));
    }

    #[test]
    fn dressed_amounts() {
        for cell in [
            "$1,234.50",
            "1,234.50 $",
            "USD 1,234.50",
            "1234.50USD",
            "US$1,234.50",
            "+1,234.50",
            "1 234.50",
            "1\u{a0}234.50",
            "1\u{2009}234.50 kr",
            "1\u{202f}234.50",
            "1'234.50 CHF",
            "CHF 1’234.50",
            " 1.2345E+03 ",
            "1.2345e3",
            "12345e-1",
            "'1234.50",
            "=\"1234.50\"",
            "１，２３４．５０",
            "＋1234.50",
            "$1,234.50 USD",
            "USD $1,234.50",
            "\u{200e}1,234.50",
            "1´234.50",
            "৳1,234.50",
            "Rp 1,234.50",
        ] {
            assert_eq!(stored(cell, Point), Ok(12_345_000), "{cell}");
        }
        for cell in [
            "-$1,234.50",
            "$-1,234.50",
            "$(1,234.50)",
            "(1,234.50)",
            "(1,234.50 USD)",
            "1,234.50-",
            "\u{2212}1,234.50",
            "€ 1,234.50-",
            "'-1234.50",
            "－1234.50",
            "($1,234.50)",
        ] {
            assert_eq!(stored(cell, Point), Ok(-12_345_000), "{cell}");
        }
        for cell in ["1.234,50", "€1.234,50", "1 234,50", "1234,5", "R$ 1.234,50", "1.234,50 zł"] {
            assert_eq!(stored(cell, Comma), Ok(12_345_000), "{cell}");
            assert_eq!(stored(cell, Auto), Ok(12_345_000), "{cell}");
        }
        for cell in ["€ 1.234,-", "1.234,--", "1.234,– €", "1.234,—", "EUR 1.234,-"] {
            assert_eq!(stored(cell, Comma), Ok(12_340_000), "{cell}");
            assert_eq!(stored(cell, Auto), Ok(12_340_000), "{cell}");
            assert_eq!(stored(cell, Point), Err(ValueError::Grouping(',')), "{cell}");
        }
        assert_eq!(stored("CHF 12.-", Auto), Ok(120_000));
        assert_eq!(stored("-12,-", Comma), Ok(-120_000));
        assert_eq!(stored("1,5,-", Comma), Err(ValueError::Grouping(',')));
        assert_eq!(stored("12-", Point), Ok(-120_000));
        assert_eq!(stored("+5", Point), Ok(50_000));
        assert_eq!(stored("1,23,456.00", Point), Ok(1_234_560_000));
        assert_eq!(stored("1 234,5 €", Comma), Ok(12_345_000));
        assert_eq!(stored("12,34,567.00", Point), Ok(12_345_670_000));
        assert_eq!(stored(".5", Point), Ok(5_000));
        assert_eq!(stored("5.", Point), Ok(50_000));
    }

    #[test]
    fn currencies_are_told() {
        let currency = |cell| parse_money(cell, Point).unwrap().currency.map(Currency::name);
        assert_eq!(currency("€5"), Some("EUR"));
        assert_eq!(currency("5 $"), Some("$"));
        assert_eq!(currency("usd 5"), Some("USD"));
        assert_eq!(currency("5"), None);
        assert_eq!(currency("$5.00 USD"), Some("USD"));
        assert_eq!(currency("CAD $5"), Some("CAD"));
        assert!(parse_money("€5 USD", Point).is_err());
        assert!(parse_money("USD 5 EUR", Point).is_err());
    }

    #[test]
    fn rounds_half_even() {
        let money = |cell| parse_money(cell, Point).map(|m| (m.stored, m.rounded)).unwrap();
        assert_eq!(money("0.00005"), (0, true));
        assert_eq!(money("0.00015"), (2, true));
        assert_eq!(money("0.00025"), (2, true));
        assert_eq!(money("0.000250001"), (3, true));
        assert_eq!(money("-0.00015"), (-2, true));
        assert_eq!(money("1.50000"), (15_000, false));
        assert_eq!(money("1e-60"), (0, true));
        assert_eq!(money("0.00000000000000000000000000000000000000000000001"), (0, true));
    }

    #[test]
    fn never_misread_silently() {
        for cell in [
            "1,5",
            "1,23",
            "1.234,56",
            "1,2345",
            "1,,234",
            ",123,456",
            "1234,567",
            "1,234 567",
            "1.2.3",
            "1.234,567,8",
        ] {
            assert!(
                matches!(stored(cell, Point), Err(ValueError::Grouping(_))),
                "{cell}: {:?}",
                stored(cell, Point)
            );
        }
        for cell in ["12.5", "1,234.56", "1.23"] {
            assert!(matches!(stored(cell, Comma), Err(ValueError::Grouping(_))), "{cell}");
        }
        assert_eq!(stored("1,234", Auto), Err(ValueError::AmbiguousSeparator(',')));
        assert_eq!(stored("1.234", Auto), Err(ValueError::AmbiguousSeparator('.')));
        assert_eq!(stored("1,234", Point), Ok(12_340_000));
        assert_eq!(stored("1,234", Comma), Ok(12_340));
        assert_eq!(stored("1.234", Comma), Ok(12_340_000));
        assert_eq!(stored("0,123", Auto), Ok(1_230));
        assert_eq!(stored("1,234,567", Auto), Ok(12_345_670_000));
        assert_eq!(stored("5 %", Point), Err(ValueError::Percentage));
    }

    #[test]
    fn not_numbers() {
        assert_eq!(stored("12x4", Point), Err(ValueError::NumberCharacter('x', 3)));
        assert_eq!(stored(" $1é", Point), Err(ValueError::NumberCharacter('é', 4)));
        assert_eq!(stored("", Point), Err(ValueError::Empty));
        assert_eq!(stored("EUR", Point), Err(ValueError::NoDigits));
        assert_eq!(stored("-", Point), Err(ValueError::NoDigits));
        assert_eq!(stored(".", Point), Err(ValueError::NoDigits));
        assert_eq!(stored("1e", Point), Err(ValueError::NumberCharacter('e', 3)));
        assert_eq!(stored("1e5x", Point), Err(ValueError::NumberCharacter('x', 4)));
        assert_eq!(stored("1e999999999999", Point), Err(ValueError::TooLarge));
        for cell in ["--5", "5 5", "n.a.", "1-2", "2024-01-31", "()", "$$5", "NaN", "inf", "0x10", "٣"] {
            assert!(stored(cell, Point).is_err(), "{cell}");
        }
    }

    #[test]
    fn floats_are_read_exactly() {
        for cell in [
            "0.1",
            "1e22",
            "1e23",
            "123456789012345678",
            "9007199254740993",
            "1.7976931348623157e308",
            "5e-324",
            "0.30000000000000004",
        ] {
            assert_eq!(parse_number(cell, Point), Ok(cell.parse::<f64>().unwrap()), "{cell}");
        }
        assert_eq!(parse_number("12.5%", Point), Ok(0.125));
        assert_eq!(parse_number("-12,5 %", Comma), Ok(-0.125));
        assert_eq!(parse_number("1e400", Point), Err(ValueError::TooLarge));
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(parse_decimal("1,234.5600", Point).unwrap().to_string(), "1234.5600");
        assert_eq!(parse_decimal("-0,1", Comma).unwrap().to_string(), "-0.1");
        assert_eq!(parse_decimal("5%", Point).unwrap().to_string(), "0.05");
        assert_eq!(parse_decimal("1e3", Point).unwrap().to_string(), "1000");
        assert_eq!(
            parse_decimal("0.12345678901234567890123456789", Point).unwrap().to_string(),
            "0.1234567890123456789012345679"
        );
        assert_eq!(parse_decimal("1e40", Point), Err(ValueError::TooLarge));
    }

    proptest::proptest! {
        #[test]
        fn both_ways_of_reading_agree(whole in -1_000_000_000i64..1_000_000_000, decimals in 0u32..10_000) {
            let cell = format!("{whole}.{decimals:04}");
            let slow = Written::read(&cell, Point).unwrap();
            let fast = Plain::read(&cell, Point).unwrap();
            proptest::prop_assert_eq!((slow.negative, slow.mantissa, slow.scale), (fast.negative, fast.mantissa as u128, fast.decimals as i32));
        }

        #[test]
        fn any_text_is_read_or_refused(cell in "\\PC{0,12}|[-+0-9.,eE$%() ']{0,12}") {
            for mark in [Point, Comma, Auto] {
                let _ = (parse_money(&cell, mark), parse_number(&cell, mark), parse_decimal(&cell, mark), evidence(&cell));
            }
        }
    }
}
