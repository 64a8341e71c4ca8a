//! A document as Markdown, with GitHub's tables.

use super::document::{Align, Block, Card, Chart, Document, Sparks, Table};
use super::format::count;
use super::output_format::{OutputFormat, Stdout};
use super::spark::blocks;
use super::text::Text;

/// Markdown.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "markdown",
    aliases: &["md"],
    endings: &["md", "markdown"],
    about: "For documents: text with the tables of GitHub",
    stdout: Stdout::Text,
};

/// GitHub does not show a text longer than a mebibyte.
pub const LIMIT: usize = (1 << 20) - 1;

/// How much of a document is written.
#[derive(Clone, Copy)]
struct Cut {
    /// The data of charts.
    data: bool,
    /// Cards.
    cards: bool,
    /// The largest number of rows of a table.
    rows: usize,
}

/// What is omitted, step by step, until the document is short enough.
const CUTS: [Cut; 7] = [
    WHOLE,
    Cut { data: false, ..WHOLE },
    Cut { rows: usize::MAX, ..SHORT },
    Cut { rows: 1_000, ..SHORT },
    Cut { rows: 200, ..SHORT },
    Cut { rows: 50, ..SHORT },
    SHORT,
];
const WHOLE: Cut = Cut {
    data: true,
    cards: true,
    rows: usize::MAX,
};
const SHORT: Cut = Cut {
    data: false,
    cards: false,
    rows: 10,
};

/// The document as text; each line ends with a line feed.
pub fn text(document: &Document) -> String {
    written(document, WHOLE)
}

/// The document as text of at most `limit` bytes. If it is longer, the data of charts are omitted first, then definitions, then rows of long
/// tables, and at last the end of the text; each time the text says what is omitted.
pub fn within(document: &Document, limit: usize) -> String {
    let mut texts = CUTS.iter().map(|cut| written(document, *cut));
    let mut shortest = String::new();
    for text in &mut texts {
        if text.len() <= limit {
            return text;
        }
        shortest = text;
    }
    let left_out = |lines: usize| {
        format!(
            "\n> {} omitted, because the text would be too long.\n",
            counted(lines, "more line is", "more lines are")
        )
    };
    let room = limit.saturating_sub(left_out(usize::MAX).len());
    let head = &shortest.as_bytes()[..room.min(shortest.len())];
    // The last whole line.
    let end = head.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let lines = shortest[end..].lines().count();
    shortest.truncate(end);
    shortest.push_str(&left_out(lines));
    shortest
}

fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{} {}", count(number as u64), if number == 1 { one } else { several })
}

fn written(document: &Document, cut: Cut) -> String {
    let mut out = String::new();
    let mut missing = 0;
    for (i, block) in document.blocks.iter().enumerate() {
        if let (Block::Card(_), false) = (block, cut.cards) {
            missing += 1;
            // One sentence for all neighbours.
            if !matches!(document.blocks.get(i + 1), Some(Block::Card(_))) {
                let definitions = counted(missing, "definition is", "definitions are");
                out.push_str(&format!("\n> {definitions} omitted, because the text would be too long.\n"));
                missing = 0;
            }
            continue;
        }
        if i > 0 {
            out.push('\n');
        }
        match block {
            Block::Heading(level, text) => out.push_str(&format!("{} {}\n", "#".repeat(usize::from(*level)), text.markdown())),
            Block::Sentence(text) => out.push_str(&format!("{}\n", text.markdown_block())),
            Block::List(texts) => texts
                .iter()
                .for_each(|text| out.push_str(&format!("- {}\n", text.markdown_block()))),
            Block::Note(text) => out.push_str(&format!("> {}\n", text.markdown_block())),
            Block::Table(table) => grid(&mut out, table, cut.rows),
            Block::Chart(chart) => self::chart(&mut out, chart, cut),
            Block::Card(card) => self::card(&mut out, card),
        }
    }
    out
}

/// Nothing is drawn: the statement, which names the chart, and the data folded away.
fn chart(out: &mut String, chart: &Chart, cut: Cut) {
    out.push_str(&format!("{}\n", chart.statement.markdown_block()));
    if cut.data {
        out.push_str("\n<details><summary>Data</summary>\n\n");
        grid(out, &chart.data, cut.rows);
        out.push_str("\n</details>\n");
    } else {
        out.push_str("\n> The data of this chart are omitted, because the text would be too long.\n");
    }
}

fn card(out: &mut String, card: &Card) {
    out.push_str(&format!("**{}**\n\n", card.title.markdown()));
    for (label, text) in &card.lines {
        out.push_str(&format!("- {}: {}\n", label.markdown(), text.markdown()));
    }
}

fn grid(out: &mut String, table: &Table, most: usize) {
    let mut row = |cells: Vec<String>| out.push_str(&format!("| {} |\n", cells.join(" | ")));
    let sparks: Option<&Sparks> = table.sparks.as_ref();
    let titles = table.columns.iter().map(|(title, _)| title.markdown());
    row(titles.chain(sparks.map(|sparks| sparks.title.markdown())).collect());
    let rule = |align: &Align| if *align == Align::Right { "---:" } else { "---" }.to_string();
    let rules = table.columns.iter().map(|(_, align)| rule(align));
    row(rules.chain(sparks.map(|_| rule(&Align::Left))).collect());
    for (at, cells) in table.rows.iter().enumerate().take(most) {
        let line = sparks.map(|sparks| sparks.rows.get(at).and_then(Option::as_ref).map_or(String::new(), blocks));
        row(cells.iter().map(Text::markdown).chain(line).collect());
    }
    let left_out = table.rows.len().saturating_sub(most);
    if left_out > 0 {
        let rows = counted(left_out, "more row is", "more rows are");
        out.push_str(&format!("\n> {rows} omitted, because the text would be too long.\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::document::{Figure, Point, SeriesFigure, Spark};

    #[test]
    fn cells_cannot_break_out_of_their_table() {
        let mut document = Document::default();
        document.heading(1, Text::untrusted("# a\n# b"));
        document.table(Table {
            columns: vec![("Name".into(), Align::Left), ("n".into(), Align::Right)],
            rows: vec![vec![Text::untrusted("a|b\n<script>"), Text::own("1")]],
            ..Table::default()
        });
        assert_eq!(
            text(&document),
            "# # a\\n# b\n\n| Name | n |\n| --- | ---: |\n| a\\|b\\n\\<script> | 1 |\n"
        );
    }
    fn long(rows: usize, cell: &str) -> Document {
        let table = || Table {
            columns: vec![("Name".into(), Align::Left), ("n".into(), Align::Right)],
            rows: vec![vec![Text::untrusted(cell), Text::own("1")]; rows],
            ..Table::default()
        };
        let mut document = Document::default();
        document.heading(1, "A".into());
        document.table(table());
        document.chart(Chart {
            anchor: "c".into(),
            title: "C".into(),
            statement: "It is flat.".into(),
            figure: Figure::Series(SeriesFigure::default()),
            data: table(),
        });
        for _ in 0..3 {
            document.card(Card {
                anchor: "d".into(),
                title: "D".into(),
                lines: vec![("Formula".into(), Text::untrusted(cell))],
            });
        }
        document
    }

    #[test]
    fn what_is_too_long_is_left_out_in_order_and_said() {
        let document = long(3_000, "somebody");
        let whole = text(&document);
        assert_eq!(within(&document, whole.len()), whole);
        assert!(whole.contains("<details>") && !whole.contains("omitted"));

        let data = within(&document, whole.len() - 1);
        assert!(
            data.contains("The data of this chart are omitted") && data.contains("**D**"),
            "{}",
            data.len()
        );
        assert_eq!(data.matches("| somebody |").count(), 3_000);

        let cards = within(&document, data.len() - 1);
        assert!(cards.contains("> 3 definitions are omitted") && !cards.contains("**D**"));
        assert_eq!(cards.matches("| somebody |").count(), 3_000);

        let rows = within(&document, cards.len() - 1);
        assert_eq!(rows.matches("| somebody |").count(), 1_000);
        assert!(rows.contains("\n> 2,000 more rows are omitted"), "{rows}");
    }

    #[test]
    fn nothing_is_longer_than_the_limit() {
        let document = long(40, &"x".repeat(200_000));
        let short = within(&document, LIMIT);
        assert!(short.len() <= LIMIT, "{}", short.len());
        assert!(
            short.ends_with("more lines are omitted, because the text would be too long.\n"),
            "{}",
            &short[short.len() - 200..]
        );
        assert_eq!(short.matches("xxx |").count(), 5);
    }

    #[test]
    fn small_lines_are_the_last_column() {
        let point = |value| {
            Some(Point {
                value,
                low: None,
                high: None,
            })
        };
        let mut document = Document::default();
        document.table(Table {
            columns: vec![("Metric".into(), Align::Left)],
            rows: vec![vec!["a".into()], vec!["b".into()]],
            sparks: Some(Sparks {
                title: "Last 2".into(),
                rows: vec![
                    Some(Spark {
                        points: vec![point(1.0), point(2.0)],
                        alternative: Text::default(),
                    }),
                    None,
                ],
            }),
            ..Table::default()
        });
        assert_eq!(text(&document), "| Metric | Last 2 |\n| --- | --- |\n| a | ▁▇ |\n| b |  |\n");
    }
}
