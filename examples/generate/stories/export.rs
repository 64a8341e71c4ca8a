//! An export as a system would write it.

/// A CSV file in the making.
pub struct Export {
    delimiter: u8,
    crlf: bool,
    bom: bool,
    windows: bool,
    records: Vec<Vec<String>>,
}

/// The cells of a record.
#[macro_export]
macro_rules! cells {
    ($($cell:expr),* $(,)?) => { vec![$($cell.to_string()),*] };
}

impl Export {
    /// Commas, LF, UTF-8; the header is given as one text with `|` between names.
    pub fn new(header: &str) -> Export {
        let header = header.split('|').map(str::to_string).collect();
        Export {
            delimiter: b',',
            crlf: false,
            bom: false,
            windows: false,
            records: vec![header],
        }
    }

    /// Semicolons instead of commas.
    pub fn semicolons(self) -> Export {
        Export { delimiter: b';', ..self }
    }

    /// CRLF at the ends of lines.
    pub fn crlf(self) -> Export {
        Export { crlf: true, ..self }
    }

    /// A byte order mark.
    pub fn bom(self) -> Export {
        Export { bom: true, ..self }
    }

    /// Windows-1252 instead of UTF-8.
    pub fn windows(self) -> Export {
        Export { windows: true, ..self }
    }

    /// Adds a record.
    pub fn push(&mut self, record: Vec<String>) {
        assert_eq!(record.len(), self.records[0].len(), "{record:?} does not fit {:?}", self.records[0]);
        self.records.push(record);
    }

    /// Adds records in the order of their keys.
    pub fn extend_sorted<K: Ord>(&mut self, mut records: Vec<(K, Vec<String>)>) {
        records.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, record) in records {
            self.push(record);
        }
    }

    /// The file.
    pub fn bytes(self) -> Vec<u8> {
        let terminator = if self.crlf {
            csv::Terminator::CRLF
        } else {
            csv::Terminator::Any(b'\n')
        };
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(terminator)
            .from_writer(Vec::new());
        for record in &self.records {
            writer.write_record(record).expect("into memory");
        }
        let text = String::from_utf8(writer.into_inner().expect("into memory")).expect("made of text");
        let mut bytes = if self.bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        if self.windows {
            bytes.extend_from_slice(&encoding_rs::WINDOWS_1252.encode(&text).0);
        } else {
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }
}

/// Money in cents as `1234.50`.
pub fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
