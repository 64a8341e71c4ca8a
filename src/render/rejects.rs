//! The records that were not used, as CSV.

use super::text::Untrusted;
use crate::canonical::Reject;

/// A header line and a row for each record; text is guarded against being taken for a formula.
///
/// # Errors
/// Only defects: nothing is written to but memory.
pub fn csv(rejects: &[Reject]) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["file", "line", "record", "fate", "column", "code", "reason", "raw"])?;
    for reject in rejects {
        let text = |text: &str| Untrusted::new(text).csv().into_owned();
        csv.write_record([
            text(&reject.file),
            reject.line.to_string(),
            reject.record.to_string(),
            reject.reason.status().as_str().to_string(),
            text(&reject.column),
            reject.reason.code().to_string(),
            text(&reject.reason.to_string()),
            text(&reject.raw),
        ])?;
    }
    Ok(csv.into_inner()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::RejectReason;

    #[test]
    fn raw_text_stays_text() {
        let reject = Reject {
            file: "a.csv".into(),
            line: 3,
            record: 2,
            column: "amount".into(),
            reason: RejectReason::CutOff.into(),
            raw: "=1,\"b\"\nc".into(),
        };
        let text = String::from_utf8(csv(&[reject]).unwrap()).unwrap();
        assert_eq!(
            text,
            "file,line,record,fate,column,code,reason,raw\na.csv,3,2,rejected,amount,cut-off,the file ends within a quoted cell,\"'=1,\"\"b\"\"\nc\"\n"
        );
    }
}
