//! Blocks as HTML.

use super::names::Names;
use super::series::Drawn;
use super::svg::{self, Label};
use super::text::{NAME, PROSE, class, plain, toned, unlinked, words};
use super::{funnel, series, spark};
use crate::render::document::{Align, Block, Card, Chart, Figure, Table};
use crate::render::text::{Text, Tone, Untrusted};

/// Tables with more columns are as wide as the page, and scroll sideways if it is narrow.
const NARROW: usize = 3;

/// Numbers with their unit have at most this number of characters.
const UNBROKEN: usize = 18;

/// A text of at most this number of characters stays on its line; longer words may break anywhere.
const WORD: usize = 12;

/// A block and its name in the page, if it has one.
#[derive(Debug)]
pub struct Place<'a> {
    /// The block.
    pub block: &'a Block,
    /// The name; may be empty.
    pub name: String,
}

/// Writes the blocks below a heading of level 2.
pub fn write(out: &mut String, places: &[Place], heading: &Text, names: &mut Names) {
    // Neighbours that belong together are in one element.
    let mut group = "";
    let mut level = 2;
    for place in places {
        let wanted = match place.block {
            Block::Chart(_) => "charts",
            Block::Card(_) => "cards",
            _ => "",
        };
        if wanted != group {
            out.push_str(if group.is_empty() { "" } else { "</div>\n" });
            if !wanted.is_empty() {
                out.push_str(&format!("<div class=\"{wanted}\">\n"));
            }
            group = wanted;
        }
        match place.block {
            Block::Heading(wanted, text) => {
                // No level is left out, as a screen reader's list of headings would show.
                level = (*wanted).clamp(3, level + 1).min(6);
                out.push_str(&format!("<h{level}>{}</h{level}>\n", words(text, names, NAME)));
            }
            Block::Sentence(text) => out.push_str(&format!("<p>{}</p>\n", toned(text, names, PROSE))),
            Block::Note(text) => out.push_str(&format!("<p class=\"note\">{}</p>\n", toned(text, names, PROSE))),
            Block::List(texts) => {
                out.push_str("<ul>\n");
                for text in texts {
                    out.push_str(&format!("<li>{}</li>\n", toned(text, names, PROSE)));
                }
                out.push_str("</ul>\n");
            }
            Block::Table(table) => self::table(out, table, heading, names),
            Block::Chart(chart) => self::chart(out, chart, &place.name, names),
            Block::Card(card) => self::card(out, card, &place.name, names),
        }
    }
    out.push_str(if group.is_empty() { "" } else { "</div>\n" });
}

/// A table; one of many columns can be moved sideways, with the keyboard too.
fn table(out: &mut String, table: &Table, heading: &Text, names: &Names) {
    let is_wide = table.columns.len() + usize::from(table.sparks.is_some()) > NARROW;
    if is_wide {
        let label = if table.caption.is_empty() { heading } else { &table.caption };
        out.push_str(&format!(
            "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"{}\">\n",
            plain(label)
        ));
    }
    out.push_str(if is_wide {
        "<table class=\"wide\">\n"
    } else {
        "<div class=\"fit\"><table>\n"
    });
    if !table.caption.is_empty() {
        out.push_str(&format!(
            "<caption><span>{}</span></caption>\n",
            words(&table.caption, names, PROSE)
        ));
    }
    let spark_title = table.sparks.as_ref().map(|sparks| (&sparks.title, Align::Left));
    let columns = table.columns.iter().map(|(title, align)| (title, *align)).chain(spark_title);
    if columns.clone().any(|(title, _)| !title.is_empty()) {
        out.push_str("<thead><tr>");
        for (title, align) in columns {
            if title.is_empty() {
                out.push_str("<td></td>");
                continue;
            }
            let number = (align == Align::Right).then_some("n");
            let classes: Vec<&str> = number.into_iter().chain(breaks(&title.terminal())).collect();
            let class = if classes.is_empty() {
                String::new()
            } else {
                format!(" class=\"{}\"", classes.join(" "))
            };
            out.push_str(&format!("<th scope=\"col\"{class}>{}</th>", words(title, names, NAME)));
        }
        out.push_str("</tr></thead>\n");
    }
    out.push_str("<tbody>\n");
    for (i, row) in table.rows.iter().enumerate() {
        out.push_str("<tr>");
        for (j, (text, (_, align))) in row.iter().zip(&table.columns).enumerate() {
            cell(out, text, *align, j == 0, names);
        }
        if let Some(sparks) = &table.sparks {
            let drawn = sparks.rows.get(i).and_then(Option::as_ref);
            let drawn = drawn.map(|spark| self::spark::svg(spark, &plain(&spark.alternative)));
            out.push_str(&format!("<td>{}</td>", drawn.unwrap_or_default()));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
}

fn cell(out: &mut String, text: &Text, align: Align, names_row: bool, names: &Names) {
    let said = words(text, names, NAME);
    // A cell that names its row but is empty would be a heading without words.
    let tag = if names_row && !said.is_empty() { "th" } else { "td" };
    out.push('<');
    out.push_str(tag);
    if tag == "th" {
        out.push_str(" scope=\"row\"");
    }
    let shown = text.terminal();
    let mut classes = Vec::new();
    if align == Align::Right {
        // A number stays on its line; a reading is words, and may break.
        classes.push(if shown.chars().count() > UNBROKEN { "n w" } else { "n" });
    }
    classes.extend(breaks(&shown).filter(|class| *class == "a" || align == Align::Left));
    classes.extend(class(text.tone).filter(|_| !said.is_empty()));
    if !classes.is_empty() {
        out.push_str(&format!(" class=\"{}\"", classes.join(" ")));
    }
    if let Tone::Heat(depth) = text.tone {
        out.push_str(&format!(" style=\"--h:{}\"", depth.min(100)));
    }
    out.push('>');
    out.push_str(&said);
    out.push_str(&format!("</{tag}>"));
}

/// The class for where a text in a table may break.
fn breaks(text: &str) -> Option<&'static str> {
    let length = |text: &str| text.chars().count();
    match text {
        "" => None,
        text if length(text) <= WORD => Some("u"),
        text if text.split(' ').any(|word| length(word) > WORD) => Some("a"),
        _ => None,
    }
}

/// A chart with its statement above it, the key of its marks below it, and its data folded away.
fn chart(out: &mut String, chart: &Chart, name: &str, names: &mut Names) {
    let label_names = (names.take(&format!("{name}-title")), names.take(&format!("{name}-text")));
    let (title, statement) = (plain(&chart.title), plain(&chart.statement));
    let label = Label {
        names: (&label_names.0, &label_names.1),
        title: &title,
        description: &statement,
    };
    out.push_str(&format!(
        "<figure class=\"chart\" id=\"{name}\">\n<figcaption><p class=\"what\">{}</p>",
        words(&chart.title, names, NAME)
    ));
    out.push_str(&format!("<p>{}</p></figcaption>\n", toned(&chart.statement, names, PROSE)));
    let (drawn, axis, size) = match &chart.figure {
        Figure::Series(figure) => (series::draw(figure), &figure.axis, None),
        Figure::Funnel(figure) => (funnel::draw(figure), &figure.axis, Some(figure.size.as_str())),
    };
    if let Some(drawn) = drawn {
        // An axis with the title of the chart needs no title.
        let axis_title = Some(axis.title.as_str()).filter(|title| *title != chart.title.terminal());
        plot(out, &drawn, (axis_title, size), label);
    }
    if !chart.data.rows.is_empty() {
        out.push_str("<details>\n<summary>Data");
        out.push_str(&format!("<span class=\"vh\"> of {title}</span></summary>\n"));
        table(out, &chart.data, &chart.title, names);
        out.push_str("</details>\n");
    }
    out.push_str("</figure>\n");
}

fn plot(out: &mut String, drawn: &Drawn, (upwards, along): (Option<&str>, Option<&str>), label: Label) {
    let axis_title = |out: &mut String, class: &str, title: Option<&str>| {
        if let Some(title) = title.filter(|title| !title.is_empty()) {
            out.push_str(&format!("<p class=\"{class}\">{}</p>\n", Untrusted::new(title).html(NAME)));
        }
    };
    axis_title(out, "axis", upwards);
    let class = if drawn.is_named { "plot named" } else { "plot" };
    out.push_str(&svg::fluid(&drawn.scene, class, label));
    out.push('\n');
    axis_title(out, "axis along", along);
    if !drawn.key.is_empty() {
        // The words are next to their marks; the marks themselves mean nothing to a screen reader.
        out.push_str("<p class=\"key\">");
        for (class, text) in &drawn.key {
            out.push_str(&format!("<span><i class=\"{class}\"></i>{text}</span> "));
        }
        out.push_str("</p>\n");
    }
}

/// A definition, folded to its title. Its name is inside, so a link to it unfolds it.
fn card(out: &mut String, card: &Card, name: &str, names: &Names) {
    out.push_str(&format!("<details class=\"card\">\n<summary>{}</summary>\n", unlinked(&card.title)));
    out.push_str(&format!("<dl id=\"{name}\">\n"));
    for (label, text) in &card.lines {
        let (label, text) = (words(label, names, NAME), toned(text, names, PROSE));
        out.push_str(&format!("<div><dt>{label}</dt><dd>{text}</dd></div>\n"));
    }
    out.push_str("</dl>\n</details>\n");
}
