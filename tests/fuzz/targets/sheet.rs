//! Any text as the cells, styles or shared texts of a workbook that is whole otherwise: reading it never panics.

use relhealth::api::io::Source;

use super::container::{look_into, zipped};
use super::{Run, Seed, Target};

pub const TARGET: Target = Target {
    name: "sheet",
    run: Run::Library(run),
    seeds: &[Seed::Text(SHEET), Seed::Text(DATES), Seed::Text(TEXTS)],
};

const SHEET: &str = "s<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>customer</t></is></c><c r=\"B1\" t=\"s\"><v>0</v></c></row>\
                     <row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" s=\"1\"><v>45000.5</v></c><c r=\"C2\" t=\"b\"><v>1</v></c></row>\
                     <row r=\"3\" hidden=\"1\"><c r=\"A3\" t=\"e\"><v>#N/A</v></c><c r=\"B3\"><f>1+1</f><v>2</v></c></row>";
const DATES: &str = "f<numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy-mm-dd hh:mm\"/></numFmts>\
                     <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs>";
const TEXTS: &str = "t<si><t>day</t></si><si><r><t>a</t></r><r><t xml:space=\"preserve\"> b</t></r></si>";

/// The first byte chooses the part that the text becomes.
fn run(bytes: &[u8]) {
    let Some((part, text)) = bytes.split_first() else {
        return;
    };
    let within = |open: &str, text: &[u8], close: &str| [open.as_bytes(), text, close.as_bytes()].concat();
    let own = |letter: u8, default: &str| {
        if *part == letter {
            text.to_vec()
        } else {
            default.as_bytes()[1..].to_vec()
        }
    };
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let sheet = within(
        &format!("<worksheet {main}><sheetData>"),
        &own(b's', SHEET),
        "</sheetData></worksheet>",
    );
    let styles = within(&format!("<styleSheet {main}>"), &own(b'f', DATES), "</styleSheet>");
    let texts = within(&format!("<sst {main}>"), &own(b't', TEXTS), "</sst>");
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let workbook =
        format!("<workbook {main} xmlns:r=\"{office}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
    let relation = |id: &str, kind: &str, file: &str| format!("<Relationship Id=\"{id}\" Type=\"{office}/{kind}\" Target=\"{file}\"/>");
    let relations = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}{}{}</Relationships>",
        relation("r1", "worksheet", "worksheets/sheet1.xml"),
        relation("r2", "styles", "styles.xml"),
        relation("r3", "sharedStrings", "sharedStrings.xml")
    );
    let bytes = zipped(&[
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/styles.xml", &styles),
        ("xl/sharedStrings.xml", &texts),
    ]);
    look_into(&Source::memory("fuzz.xlsx", bytes));
}
