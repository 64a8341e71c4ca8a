//! A document as Markdown, with the tables of GitHub's.

use super::document::{Align, Block, Card, Chart, Document, Table};
use super::text::Text;

/// The document as text; each line ends with a line feed.
pub fn text(document: &Document) -> String {
    let mut out = String::new();
    for (i, block) in document.blocks.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        match block {
            Block::Heading(level, text) => out.push_str(&format!("{} {}\n", "#".repeat(usize::from(*level)), text.markdown())),
            Block::Sentence(text) => out.push_str(&format!("{}\n", text.markdown())),
            Block::List(texts) => texts.iter().for_each(|text| out.push_str(&format!("- {}\n", text.markdown()))),
            Block::Note(text) => out.push_str(&format!("> {}\n", text.markdown())),
            Block::Table(table) => grid(&mut out, table),
            Block::Chart(chart) => self::chart(&mut out, chart),
            Block::Card(card) => self::card(&mut out, card),
        }
    }
    out
}

/// Nothing is drawn: the statement, and the data folded away.
fn chart(out: &mut String, chart: &Chart) {
    out.push_str(&format!("**{}**: {}\n\n", chart.title.markdown(), chart.statement.markdown()));
    out.push_str("<details><summary>Data</summary>\n\n");
    grid(out, &chart.data);
    out.push_str("\n</details>\n");
}

fn card(out: &mut String, card: &Card) {
    out.push_str(&format!("**{}**\n\n", card.title.markdown()));
    for (label, text) in &card.lines {
        out.push_str(&format!("- {}: {}\n", label.markdown(), text.markdown()));
    }
}

fn grid(out: &mut String, table: &Table) {
    let row = |out: &mut String, cells: Vec<String>| out.push_str(&format!("| {} |\n", cells.join(" | ")));
    row(out, table.columns.iter().map(|(title, _)| title.markdown()).collect());
    let rule = |align: &Align| if *align == Align::Right { "---:" } else { "---" }.to_string();
    row(out, table.columns.iter().map(|(_, align)| rule(align)).collect());
    for cells in &table.rows {
        row(out, cells.iter().map(Text::markdown).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "# \\# a\\\\n\\# b\n\n| Name | n |\n| --- | ---: |\n| a\\|b\\\\n\\<script\\> | 1 |\n"
        );
    }
}
