//! How cells look: number formats by unit, tones as colours, heat as a fill.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, FormatUnderline};

use crate::catalog::MetricUnit;
use crate::render::document::Align;
use crate::render::text::{Piece, Quantity, Text, Tone};

/// Lines between rows.
const RULE: Color = Color::RGB(0xD9_D9_D9);
/// The ground of a table's titles.
const GROUND: Color = Color::RGB(0xE8_ED_F3);
/// Remarks, and the lines behind the data of a chart.
pub const GREY: Color = Color::RGB(0x59_59_59);
/// Favourable.
const GOOD: Color = Color::RGB(0x1B_6E_3C);
/// Unfavourable.
const BAD: Color = Color::RGB(0xB3_26_1E);
/// Links.
const LINK: Color = Color::RGB(0x0B_57_A4);

/// The longest text after a number that its format can contain.
const LONGEST_SUFFIX: usize = 100;

/// The number format of a value in a unit, by its size if the unit has several scales.
pub fn number(unit: MetricUnit, value: f64, currency: Option<&str>) -> String {
    let decimals = |decimals: bool| if decimals { "#,##0.0" } else { "#,##0" };
    match unit {
        MetricUnit::Share => "0.0%".to_string(),
        MetricUnit::Points | MetricUnit::Score => "0.0".to_string(),
        MetricUnit::Money => format!(
            "#,##0.00{}",
            quoted(&currency.map_or(String::new(), |currency| format!(" {currency}")))
        ),
        MetricUnit::Hours if value.abs() < 1.0 => "0.00\" h\"".to_string(),
        MetricUnit::Hours => "#,##0.0\" h\"".to_string(),
        MetricUnit::Days => format!("{}\" d\"", decimals(value.fract() != 0.0)),
        MetricUnit::Count => decimals(value.fract() != 0.0).to_string(),
        MetricUnit::Index => "0.000".to_string(),
        MetricUnit::Ratio => "#,##0.00".to_string(),
    }
}

/// The format of days.
pub const DAY: &str = "yyyy-mm-dd";

/// A text that a number format shows unchanged.
fn quoted(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("\"{}\"", text.replace('"', "'"))
    }
}

/// What a text is as a cell.
#[derive(Debug, PartialEq)]
pub enum Value {
    /// A number in a format.
    Number(f64, String),
    /// A string.
    Text,
}

/// A text as a cell: the number that it shows, with own words after it as a part of the format; otherwise a string.
pub fn value(text: &Text, currency: Option<&str>) -> Value {
    let Some(words) = after(text) else { return Value::Text };
    match &text.quantity {
        Some(Quantity::Number(value, unit)) if value.is_finite() => {
            Value::Number(*value, format!("{}{}", number(*unit, *value, currency), quoted(&words)))
        }
        // Days before March 1900 are not counted right.
        Some(Quantity::Day(day)) if *day >= -25_508 => Value::Number(f64::from(*day) + 25_569.0, format!("{DAY}{}", quoted(&words))),
        _ => Value::Text,
    }
}

/// The own words after the first piece, which shows the quantity; `None` if there are others, or too many.
fn after(text: &Text) -> Option<String> {
    let words = text.pieces().iter().skip(1).map(|piece| match piece {
        Piece::Own(words) => Some(words.as_str()),
        _ => None,
    });
    let words: String = words.collect::<Option<_>>()?;
    (words.len() <= LONGEST_SUFFIX).then_some(words)
}

/// A format with a tone.
pub fn toned(format: Format, tone: Tone) -> Format {
    match tone {
        Tone::Plain => format,
        Tone::Good => format.set_bold().set_font_color(GOOD),
        Tone::Bad => format.set_bold().set_font_color(BAD),
        Tone::Strong => format.set_bold(),
        Tone::Heat(depth) => format.set_background_color(heat(depth)),
    }
}

/// White to a blue on which black text can be read.
fn heat(depth: u8) -> Color {
    let depth = u32::from(depth.min(100));
    let mix = |deep: u32| 255 - (255 - deep) * depth / 100;
    Color::RGB(mix(0x6B) << 16 | mix(0xAE) << 8 | mix(0xD6))
}

/// A format for links; a tone keeps its colour.
pub fn linked(format: Format, tone: Tone) -> Format {
    let format = format.set_underline(FormatUnderline::Single);
    if matches!(tone, Tone::Good | Tone::Bad) {
        format
    } else {
        format.set_font_color(LINK)
    }
}

/// The cell of a table.
pub fn cell(align: Align) -> Format {
    Format::new()
        .set_align(FormatAlign::VerticalCenter)
        .set_align(side(align))
        .set_text_wrap()
        .set_border_bottom(FormatBorder::Thin)
        .set_border_bottom_color(RULE)
}

/// The title of a column.
pub fn head(align: Align) -> Format {
    Format::new()
        .set_bold()
        .set_align(FormatAlign::Bottom)
        .set_align(side(align))
        .set_text_wrap()
        .set_background_color(GROUND)
        .set_border_bottom(FormatBorder::Medium)
        .set_border_bottom_color(GREY)
}

/// Running text.
pub fn text() -> Format {
    Format::new()
        .set_align(FormatAlign::Top)
        .set_align(FormatAlign::Left)
        .set_text_wrap()
}

fn side(align: Align) -> FormatAlign {
    match align {
        Align::Left => FormatAlign::Left,
        Align::Right => FormatAlign::Right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_words_after_them() {
        let share = Text::number("65.6%", 0.656_123, MetricUnit::Share);
        assert_eq!(value(&share, None), Value::Number(0.656_123, "0.0%".into()));
        assert_eq!(
            value(&share.clone().and(" \"better\""), None),
            Value::Number(0.656_123, "0.0%\" 'better'\"".into())
        );
        assert_eq!(value(&share.clone().and_untrusted(" better"), None), Value::Text);
        assert_eq!(value(&share.and(" x".repeat(60)), None), Value::Text);
        assert_eq!(value(&Text::number("", f64::NAN, MetricUnit::Share), None), Value::Text);
        assert_eq!(value(&Text::own("0.5"), None), Value::Text);
        assert_eq!(value(&Text::day(0), None), Value::Number(25_569.0, DAY.into()));
        assert_eq!(value(&Text::day(-30_000), None), Value::Text);
        let money = Text::number("1.00 EUR", 1.0, MetricUnit::Money);
        assert_eq!(value(&money, Some("EUR")), Value::Number(1.0, "#,##0.00\" EUR\"".into()));
    }

    #[test]
    fn heat_is_light_enough_for_black_text() {
        assert_eq!(heat(0), Color::RGB(0xFF_FF_FF));
        assert_eq!(heat(100), Color::RGB(0x6B_AE_D6));
        assert_eq!(heat(200), heat(100));
    }
}
