//! Which encoding a file is in.
//!
//! A byte order mark decides. Without one: zero bytes at every second place are UTF-16; what is valid UTF-8 is UTF-8; text with more
//! characters of UTF-8 than other bytes from 0x80 on is UTF-8 with stray bytes, each of which is read as windows-1252. The rest is in
//! an older encoding. If nearly all its bytes from 0x80 on stand alone among ASCII, it is in a Latin script: then the encodings of the
//! old Macintosh and of DOS (which the detector does not know) are tried beside windows-1252, and the one wins in which those bytes
//! within words are letters of Western European languages in the case of their neighbours, if by a clear margin. Otherwise `chardetng`
//! decides, given three such bytes, or else it is windows-1252.

use std::fmt;

use anyhow::Result;

use super::evidence::EncodingEvidence;
use crate::io::Source;

/// How a file's bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-8 with bytes that are none: each of these is read as windows-1252.
    Mixed,
    /// One that the Encoding Standard names, UTF-16 among them.
    Library(&'static encoding_rs::Encoding),
    /// The code page of DOS in the United States.
    Cp437,
    /// The code page of DOS in Western Europe.
    Cp850,
}

const CP437: &str =
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Encoding {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Mixed => "UTF-8 with stray bytes as windows-1252",
            Encoding::Library(library) => library.name(),
            Encoding::Cp437 => "CP437",
            Encoding::Cp850 => "CP850",
        }
    }

    /// The encoding of that name: those of the Encoding Standard (`windows-1252`, `latin1`, `shift_jis`, `macintosh`, `utf-16le` ...),
    /// `cp437` and `cp850`.
    pub fn for_label(label: &str) -> Option<Encoding> {
        match label.trim().to_ascii_lowercase().as_str() {
            "cp437" | "ibm437" | "437" | "dos-us" => Some(Encoding::Cp437),
            "cp850" | "ibm850" | "850" | "dos" | "oem" => Some(Encoding::Cp850),
            "macroman" | "mac-roman" | "mac" => Some(Encoding::Library(encoding_rs::MACINTOSH)),
            other => match encoding_rs::Encoding::for_label(other.as_bytes())? {
                utf_8 if utf_8 == encoding_rs::UTF_8 => Some(Encoding::Utf8),
                library => Some(Encoding::Library(library)),
            },
        }
    }

    /// The encoding that a byte order mark at the start says, and the length of the mark.
    pub(super) fn marked(start: &[u8]) -> Option<(Encoding, usize)> {
        match start {
            [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
            [0xff, 0xfe, ..] => Some((Encoding::Library(encoding_rs::UTF_16LE), 2)),
            [0xfe, 0xff, ..] => Some((Encoding::Library(encoding_rs::UTF_16BE), 2)),
            _ => None,
        }
    }

    /// The characters of the bytes from 0x80 on in a code page of DOS.
    pub(super) fn table(self) -> &'static [char; 128] {
        use std::sync::LazyLock;
        fn table(text: &str) -> [char; 128] {
            let mut table = [' '; 128];
            table.iter_mut().zip(text.chars()).for_each(|(place, c)| *place = c);
            table
        }
        static DOS_US: LazyLock<[char; 128]> = LazyLock::new(|| table(CP437));
        static DOS: LazyLock<[char; 128]> = LazyLock::new(|| table(CP850));
        match self {
            Encoding::Cp437 => &DOS_US,
            _ => &DOS,
        }
    }

    /// The character of a byte from 0x80 on, for the encodings of one byte a character.
    fn character(self, byte: u8) -> char {
        match self {
            Encoding::Cp437 | Encoding::Cp850 => self.table()[usize::from(byte & 0x7f)],
            Encoding::Library(library) => {
                let bytes = [byte];
                let (text, _) = library.decode_without_bom_handling(&bytes);
                text.chars().next().unwrap_or('\u{fffd}')
            }
            Encoding::Utf8 | Encoding::Mixed => windows_1252(byte),
        }
    }
}

/// A byte as windows-1252 has it; the five that it leaves undefined become the control characters of the same number, so that nothing
/// is lost.
fn windows_1252(byte: u8) -> char {
    let bytes = [byte];
    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
    text.chars().next().unwrap_or('\u{fffd}')
}

/// The first character of mixed text, its length in bytes, and whether it is a byte that is no UTF-8; `None` where more bytes are
/// needed to tell.
pub(super) fn mixed_character(bytes: &[u8], last: bool) -> Option<(char, usize, bool)> {
    let &first = bytes.first()?;
    if first < 0x80 {
        return Some((char::from(first), 1, false));
    }
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(e) if e.valid_up_to() > 0 => std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or_default(),
        Err(e) if e.error_len().is_none() && !last => return None,
        Err(_) => return Some((windows_1252(first), 1, true)),
    };
    valid.chars().next().map(|c| (c, c.len_utf8(), false))
}

/// An encoding, and why it is taken to be that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub encoding: Encoding,
    pub why: EncodingEvidence,
}

fn found(encoding: Encoding, why: EncodingEvidence) -> Found {
    Found { encoding, why }
}

/// An encoding that is stated; text said to be UTF-8 that is none is read all the same.
pub(super) fn stated(encoding: Encoding, bytes: &[u8], complete: bool) -> Found {
    match of_start(bytes, complete).encoding {
        other if encoding == Encoding::Utf8 && other != Encoding::Utf8 => found(Encoding::Mixed, EncodingEvidence::SetButInvalid),
        _ => found(encoding, EncodingEvidence::Set),
    }
}

/// The encoding of a file by its start; `complete` says whether that is all of it.
pub(super) fn of_start(bytes: &[u8], complete: bool) -> Found {
    if let Some((encoding, _)) = Encoding::marked(bytes) {
        let wrong = |e: std::str::Utf8Error| complete || e.error_len().is_some();
        if encoding == Encoding::Utf8 && std::str::from_utf8(bytes).is_err_and(wrong) {
            return mixed_though_marked();
        }
        return found(encoding, EncodingEvidence::ByteOrderMark);
    }
    if let Some(encoding) = wide(bytes) {
        return found(encoding, EncodingEvidence::ZeroBytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(_) if bytes.is_ascii() => return found(Encoding::Utf8, EncodingEvidence::Ascii),
        Ok(_) => return found(Encoding::Utf8, EncodingEvidence::ValidUtf8),
        // A character cut at the end of the sample is none that is wrong.
        Err(e) if e.error_len().is_none() && !complete => return found(Encoding::Utf8, EncodingEvidence::ValidUtf8),
        Err(_) => {}
    }
    let mut tally = Tally::default();
    tally.feed(bytes, true);
    tally.verdict()
}

/// A mark is believed before single bytes are.
fn mixed_though_marked() -> Found {
    found(Encoding::Mixed, EncodingEvidence::MarkedButInvalid)
}

/// The encoding of a file of which it is known that it is no valid UTF-8.
pub(super) fn of_file(source: &Source) -> Result<Found> {
    let mut reader = source.open()?;
    let mut tally = Tally::default();
    let mut chunk = vec![0; 1 << 20];
    let mut at_start = true;
    loop {
        let got = reader.fill(&mut chunk)?;
        if std::mem::take(&mut at_start) && matches!(Encoding::marked(&chunk[..got]), Some((Encoding::Utf8, _))) {
            return Ok(mixed_though_marked());
        }
        tally.feed(&chunk[..got], got < chunk.len() && !reader.is_cut());
        if got < chunk.len() {
            return Ok(tally.verdict());
        }
    }
}

/// UTF-16 without a mark: most bytes at the even, or at the odd, places are zero, and hardly any at the others.
fn wide(bytes: &[u8]) -> Option<Encoding> {
    let half = bytes.len() / 2;
    let zeros = |parity: usize| bytes.iter().skip(parity).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let mostly = |many: usize, few: usize| half >= 4 && many * 10 >= half * 4 && few * 50 <= half;
    if mostly(odd, even) {
        Some(Encoding::Library(encoding_rs::UTF_16LE))
    } else if mostly(even, odd) {
        Some(Encoding::Library(encoding_rs::UTF_16BE))
    } else {
        None
    }
}

/// Where a byte from 0x80 on stands in a word.
#[derive(Clone, Copy)]
enum Spot {
    /// At the start: either case can be.
    Start,
    /// After or amid small letters.
    Small,
    /// Amid capitals.
    Capital,
}

/// Whether a byte is one that windows-1250 has in the signs of Polish and Czech money, `zł` and `Kč`, or the first of `ść`. In the West the
/// first two are no words, and the third are no letters that follow each other.
fn is_central(all: &[u8], place: usize) -> bool {
    let at = |place: Option<usize>| place.and_then(|p| all.get(p)).copied().unwrap_or(b' ');
    let (before, after) = (at(place.checked_sub(1)), at(Some(place + 1)));
    let is_word = !at(place.checked_sub(2)).is_ascii_alphabetic() && !after.is_ascii_alphabetic() && after < 0x80;
    match all[place] {
        0xe8 => before == b'K' && is_word,
        0xb3 => before == b'z' && is_word,
        0x9c => after == 0xe6,
        _ => false,
    }
}

/// What the bytes of a file tell.
struct Tally {
    /// Characters of UTF-8 beyond ASCII.
    characters: u64,
    /// Bytes that belong to none.
    stray: u64,
    /// Bytes from 0x80 on, and those that have ASCII on both sides.
    high: u64,
    alone: u64,
    /// Those that only Polish or Czech has there, if the file is in windows-1250: of `zł` and `Kč`, and `ść`.
    central: u64,
    /// Those that stand in words, by byte and spot.
    words: Box<[[u64; 3]; 128]>,
    detector: chardetng::EncodingDetector,
    /// The first bytes of a character that what was fed ends in.
    carry: Vec<u8>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            characters: 0,
            stray: 0,
            high: 0,
            alone: 0,
            central: 0,
            words: Box::new([[0; 3]; 128]),
            detector: chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny),
            carry: Vec::new(),
        }
    }
}

impl Tally {
    /// Takes the next bytes in. Neighbours beyond their ends are not seen, which for long stretches is of no matter.
    fn feed(&mut self, bytes: &[u8], last: bool) {
        self.detector.feed(bytes, last);
        for place in (0..bytes.len()).filter(|&p| bytes[p] >= 0x80) {
            self.see(bytes, place);
        }
        let mut all = std::mem::take(&mut self.carry);
        all.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(hit) = all[at..].iter().position(|&b| b >= 0x80) {
            at += hit;
            let Some((_, length, stray)) = mixed_character(&all[at..], last) else {
                self.carry = all.split_off(at);
                return;
            };
            self.characters += u64::from(!stray);
            self.stray += u64::from(stray);
            at += length;
        }
    }

    fn see(&mut self, all: &[u8], place: usize) {
        let before = place.checked_sub(1).map_or(b' ', |p| all[p]);
        let after = all.get(place + 1).copied().unwrap_or(b' ');
        self.high += 1;
        self.central += u64::from(is_central(all, place));
        if before >= 0x80 || after >= 0x80 {
            return;
        }
        self.alone += 1;
        let spot = if before.is_ascii_lowercase() || (before.is_ascii_uppercase() && after.is_ascii_lowercase()) {
            Spot::Small
        } else if before.is_ascii_uppercase() {
            Spot::Capital
        } else if after.is_ascii_alphabetic() {
            Spot::Start
        } else {
            return;
        };
        self.words[usize::from(all[place] & 0x7f)][spot as usize] += 1;
    }

    fn verdict(&self) -> Found {
        if self.characters > self.stray {
            let (characters, stray) = (self.characters, self.stray);
            return found(Encoding::Mixed, EncodingEvidence::MostlyUtf8 { characters, stray });
        }
        let western = Encoding::Library(encoding_rs::WINDOWS_1252);
        let is_latin = self.high < 3 || self.alone * 10 >= self.high * 8;
        // In Czech many such letters follow each other: `Růžička`. Where each record has a sign of money, that shows enough.
        if self.central > 0 && (is_latin || 10 * self.central >= self.high) {
            return found(Encoding::Library(encoding_rs::WINDOWS_1250), EncodingEvidence::MostPlausible);
        }
        if self.alone * 10 >= self.high * 8 {
            let mac = Encoding::Library(encoding_rs::MACINTOSH);
            let scored = [western, mac, Encoding::Cp850, Encoding::Cp437].map(|e| (self.plausible(e), e));
            let best = scored
                .iter()
                .skip(1)
                .fold(scored[0], |best, &next| if next.0 > best.0 { next } else { best });
            if best.0 > scored[0].0 + 0.3 {
                return found(best.1, EncodingEvidence::WesternLetters);
            }
        }
        if self.high < 3 {
            return found(western, EncodingEvidence::TooShort);
        }
        let guess = self.detector.guess(None, chardetng::Utf8Detection::Deny);
        found(Encoding::Library(guess), EncodingEvidence::MostPlausible)
    }

    /// How well an encoding explains the bytes within words, from -1 to 1: letters of Western European languages count fully where
    /// their case is that of their neighbours, other letters little, and what is no letter against it.
    fn plausible(&self, encoding: Encoding) -> f64 {
        let (mut sum, mut all) = (0.0, 0);
        for byte in 0x80..=0xff_u8 {
            let counts = self.words[usize::from(byte & 0x7f)];
            let c = encoding.character(byte);
            for (spot, &count) in counts.iter().enumerate() {
                let fits = match spot {
                    s if s == Spot::Small as usize => c.is_lowercase(),
                    s if s == Spot::Capital as usize => c.is_uppercase() || c == 'ß',
                    _ => true,
                };
                let common = "éèêëáàâäãåíìîïóòôöõøúùûüñçßæœ".contains(c.to_lowercase().next().unwrap_or(c));
                let value = match (c.is_alphabetic() && c != 'ª' && c != 'º' && c != 'ƒ', fits, common) {
                    (true, true, true) => 1.0,
                    (true, true, false) => 0.3,
                    (true, false, _) => -0.5,
                    // An apostrophe or a dash within a word.
                    _ if "’‘–—-".contains(c) => 0.5,
                    _ => -1.0,
                };
                sum += value * count as f64;
                all += count;
            }
        }
        if all == 0 { 0.0 } else { sum / all as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> String {
        of_start(bytes, true).encoding.to_string()
    }

    #[test]
    fn labels() {
        let label = |l: &str| Encoding::for_label(l).map(|e| e.to_string());
        assert_eq!(label("UTF8").as_deref(), Some("UTF-8"));
        assert_eq!(label("latin1").as_deref(), Some("windows-1252"));
        assert_eq!(label("CP850").as_deref(), Some("CP850"));
        assert_eq!(label("MacRoman").as_deref(), Some("macintosh"));
        assert_eq!(label("utf-16").as_deref(), Some("UTF-16LE"));
        assert_eq!(label("klingon"), None);
    }

    #[test]
    fn tables_are_whole() {
        assert_eq!((CP437.chars().count(), CP850.chars().count()), (128, 128));
        let both = [Encoding::Cp437, Encoding::Cp850].map(|e| [0x80, 0x9b, 0xe1, 0xff].map(|b| e.character(b)));
        assert_eq!(both, [['Ç', '¢', 'ß', '\u{a0}'], ['Ç', 'ø', 'ß', '\u{a0}']]);
    }

    #[test]
    fn marks_and_wide_text() {
        assert_eq!(of(b"\xef\xbb\xbfa"), "UTF-8");
        assert_eq!(of(b"\xff\xfea\0"), "UTF-16LE");
        assert_eq!(of(b"\xfe\xff\0a"), "UTF-16BE");
        assert_eq!(of(b"i\0d\0,\0n\0\n\0a\0,\0x\0"), "UTF-16LE");
        assert_eq!(of(b"\0i\0d\0,\0n\0\n\0a\0,\0x"), "UTF-16BE");
        assert_eq!(of(b"id,n\n1,a\0b\n"), "UTF-8");
    }

    #[test]
    fn utf_8_and_what_is_hardly_any() {
        assert_eq!(of("näme,straße\n".as_bytes()), "UTF-8");
        assert_eq!(of("Müller,Köln\nJos\u{e9},x\n".as_bytes()), "UTF-8");
        assert_eq!(
            of(b"M\xc3\xbcller,K\xc3\xb6ln\nJos\xe9,x\n"),
            "UTF-8 with stray bytes as windows-1252"
        );
        assert_eq!(of_start(b"a,b\n\xc3", false).encoding, Encoding::Utf8);
    }

    #[test]
    fn old_encodings() {
        let german = "Name;Straße;Größe\nMüller;Königsallee;groß\nJäger;Überseering;schön\nÖzil;Äußere Straße;klein\n";
        let french = "Prénom;Ville\nJérôme;Besançon\nHélène;Orléans\nFrançois;Évreux\nNoël;Mâcon\n";
        let encode = |text: &str, e: Encoding| -> Vec<u8> {
            let back: std::collections::BTreeMap<char, u8> = (0x80..=0xff_u8).map(|b| (e.character(b), b)).collect();
            text.chars().map(|c| if c.is_ascii() { c as u8 } else { back[&c] }).collect()
        };
        for text in [german, french] {
            for (encoding, name) in [
                (Encoding::Library(encoding_rs::WINDOWS_1252), "windows-1252"),
                (Encoding::Library(encoding_rs::MACINTOSH), "macintosh"),
                (Encoding::Cp850, "CP850"),
            ] {
                assert_eq!(of(&encode(text, encoding)), name, "{text}");
            }
        }
        assert_eq!(of(b"caf\x8e,1\n"), "macintosh");
        assert_eq!(of(b"\xe9,b\n1,2\n"), "windows-1252");
        assert_eq!(of(b"Cena;Stav\n600,- K\xe8;a\n700,- K\xe8;b\n650,- K\xe8;c\n"), "windows-1250");
        let many = "Jméno;Cena\nRůžička Jiří;600,- Kč\nŘíčařová Žofie;700,- Kč\nKříž Jiří;90,- Kč\n";
        assert_eq!(of(&encoding_rs::WINDOWS_1250.encode(many).0), "windows-1250");
        assert_eq!(of(b"Warto\x9c\xe6;Status\n12,00;a\n"), "windows-1250");
        for (encoding, text) in [
            (
                encoding_rs::SHIFT_JIS,
                "氏名,住所,電話\n山田太郎,東京都千代田区,03\n鈴木花子,大阪府大阪市,06\n",
            ),
            (
                encoding_rs::EUC_JP,
                "氏名,住所,電話\n山田太郎,東京都千代田区,03\n鈴木花子,大阪府大阪市,06\n",
            ),
            (
                encoding_rs::EUC_KR,
                "이름,주소,전화\n김철수,서울특별시 강남구,02\n이영희,부산광역시 해운대구,051\n",
            ),
            (
                encoding_rs::GBK,
                "姓名,地址,电话\n张伟,北京市朝阳区建国路,010\n王芳,上海市浦东新区世纪大道,021\n",
            ),
            (
                encoding_rs::BIG5,
                "姓名,地址,電話\n陳大文,台北市信義區市府路,02\n林小美,高雄市前鎮區中山路,07\n",
            ),
            (
                encoding_rs::WINDOWS_1251,
                "Имя,Город,Сумма\nИван Петров,Москва,10\nАнна Смирнова,Казань,20\n",
            ),
            (
                encoding_rs::KOI8_R,
                "Имя,Город,Сумма\nИван Петров,Москва,10\nАнна Смирнова,Казань,20\n",
            ),
            (
                encoding_rs::WINDOWS_1250,
                "Jméno,Město,Částka\nJiří Dvořák,Plzeň,10\nŽofie Černá,Ústí nad Labem,20\nTomáš Kříž,Děčín,30\n",
            ),
            (
                encoding_rs::WINDOWS_1253,
                "Όνομα,Πόλη\nΓιώργος Παπαδόπουλος,Αθήνα\nΜαρία Νικολάου,Θεσσαλονίκη\n",
            ),
        ] {
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy);
            let name = of(&bytes);
            let read = Encoding::for_label(&name).map(|e| match e {
                Encoding::Library(l) => l.decode_without_bom_handling(&bytes).0.into_owned(),
                _ => String::new(),
            });
            assert_eq!(read.as_deref(), Some(text), "{} read as {name}", encoding.name());
        }
    }

    #[test]
    fn a_mark_is_believed_though_a_byte_is_not() {
        let bytes = b"\xef\xbb\xbfid,at\r\n1,1\xb2:00\r\n";
        assert_eq!(of_start(bytes, true).encoding, Encoding::Mixed);
        let source = Source::memory("test.csv", &bytes[..]);
        assert_eq!(of_file(&source).unwrap(), of_start(bytes, true));
        // A character that the end of the sample cuts is none that is wrong.
        let cut = b"\xef\xbb\xbf\xe2\x82";
        assert_eq!(of_start(cut, false).encoding, Encoding::Utf8);
        assert_eq!(of_start(cut, true).encoding, Encoding::Mixed);
    }

    #[test]
    fn a_file_read_in_pieces_gives_the_same() {
        let mut bytes = b"name,n\n".to_vec();
        for n in 0..100_000 {
            bytes.extend(format!("caf\u{e9},{n}\n").bytes());
        }
        bytes.extend(b"caf\xe9\n");
        let source = Source::memory("test.csv", bytes);
        let found = of_file(&source).unwrap();
        assert_eq!(found.encoding, Encoding::Mixed);
        let (characters, stray) = (100_000, 1);
        assert_eq!(found.why, EncodingEvidence::MostlyUtf8 { characters, stray });
    }
}
