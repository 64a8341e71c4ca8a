//! Reading a cell from its start: digits, blanks, times of day, offsets.

use super::ValueError;
use super::time::Clock;

/// A cursor over the ASCII bytes of a cell.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor {
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    /// Skips white space; whether there was any.
    pub(super) fn blanks(&mut self) -> bool {
        let from = self.at;
        while let Some(b) = self.peek() {
            let rest = self.rest();
            // No-break blanks, the narrow one too that newer systems put before `AM`, and the other blanks of U+2000.
            self.at += match b {
                b if b.is_ascii_whitespace() => 1,
                0xc2 if rest.starts_with(&[0xc2, 0xa0]) => 2,
                0xe2 if rest.len() > 2 && rest[1] == 0x80 && matches!(rest[2], 0x80..=0x8a | 0xaf) => 3,
                _ => break,
            };
        }
        self.at > from
    }

    /// Reads up to `most` digits: their value and how many there were.
    #[inline]
    pub(super) fn digits(&mut self, most: usize) -> (u32, usize) {
        let from = self.at;
        let mut value = 0u32;
        while self.at - from < most
            && let Some(b @ b'0'..=b'9') = self.peek()
        {
            value = value * 10 + u32::from(b - b'0');
            self.at += 1;
        }
        (value, self.at - from)
    }

    /// Reads the digits of a fraction of a second as microseconds; beyond the sixth they are dropped, more than nine are not read.
    pub(super) fn fraction(&mut self) -> Option<i64> {
        let (value, count) = self.digits(9);
        match count {
            0 => None,
            1..=6 => Some(i64::from(value) * 10i64.pow(6 - count as u32)),
            _ => Some(i64::from(value) / 10i64.pow(count as u32 - 6)),
        }
    }

    /// Reads `Z`, `+02`, `+0200`, `+02:00`, `UTC` or `GMT`, as seconds east of UTC; `None` if nothing of that stands here.
    pub(super) fn offset(&mut self) -> Result<Option<i32>, ValueError> {
        let sign = match self.peek() {
            Some(b'Z' | b'z') => {
                self.at += 1;
                return Ok(Some(0));
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            // U+2212, the minus sign proper.
            Some(0xe2) if self.rest().starts_with("\u{2212}".as_bytes()) => {
                self.at += 2;
                -1
            }
            _ => {
                let named = self
                    .rest()
                    .get(..3)
                    .is_some_and(|w| w.eq_ignore_ascii_case(b"UTC") || w.eq_ignore_ascii_case(b"GMT"));
                self.at += if named { 3 } else { 0 };
                return Ok(named.then_some(0));
            }
        };
        self.at += 1;
        let (hours, count) = self.digits(2);
        if count != 2 {
            return Err(ValueError::Offset);
        }
        let colon = self.eat(b':');
        let (minutes, count) = self.digits(2);
        if (count != 2 && (count != 0 || colon)) || hours > 18 || minutes > 59 {
            return Err(ValueError::Offset);
        }
        Ok(Some(sign * (hours as i32 * 3_600 + minutes as i32 * 60)))
    }

    /// Reads `H:MM`, `HH:MM:SS`, a fraction after point or comma, `am` or `pm`, and an offset.
    pub(super) fn clock(&mut self) -> Result<Clock, ValueError> {
        let micros = self.time_of_day(b":")?.0;
        let offset = self.offset()?;
        Ok(Clock { micros, offset })
    }

    /// Reads `H:MM`, `HH:MM:SS`, a fraction after point or comma, and `am` or `pm`, with one of these marks after the hours, and blanks
    /// after it: the microseconds since midnight, and whether morning or afternoon was written.
    pub(super) fn time_of_day(&mut self, marks: &[u8]) -> Result<(i64, bool), ValueError> {
        let (mut hour, count) = self.digits(2);
        let mark = self.peek().filter(|b| marks.contains(b));
        if count == 0 {
            return Err(ValueError::TimeOfDay);
        }
        let Some(mark) = mark else {
            // `3 PM`
            self.blanks();
            let afternoon = self.half_of_day().ok_or(ValueError::TimeOfDay)?;
            self.blanks();
            return Ok((Clock::micros_of(hour_of_half(hour, afternoon)?, 0, 0, 0)?, true));
        };
        self.at += 1;
        let (minute, count) = self.digits(2);
        if count != 2 {
            return Err(ValueError::TimeOfDay);
        }
        let (mut second, mut micros) = (0, 0);
        if self.eat(if mark == b'.' { b'.' } else { b':' }) {
            let count;
            (second, count) = self.digits(2);
            if count != 2 {
                return Err(ValueError::TimeOfDay);
            }
            if matches!(self.peek(), Some(b'.' | b',')) {
                self.at += 1;
                micros = self.fraction().ok_or(ValueError::TimeOfDay)?;
            }
        }
        if self.peek().is_none() {
            return Ok((Clock::micros_of(hour, minute, second, micros)?, false));
        }
        self.blanks();
        let half = self.half_of_day();
        if let Some(afternoon) = half {
            hour = hour_of_half(hour, afternoon)?;
            self.blanks();
        }
        Ok((Clock::micros_of(hour, minute, second, micros)?, half.is_some()))
    }

    /// Reads `am`, `pm`, `a.m.`, `p. m.` in any case: whether it is the afternoon.
    pub(super) fn half_of_day(&mut self) -> Option<bool> {
        let afternoon = match self.peek()? | 0x20 {
            b'a' => false,
            b'p' => true,
            _ => return None,
        };
        let mut end = Cursor { at: self.at + 1, ..*self };
        let pointed = end.eat(b'.');
        if pointed {
            end.blanks();
        }
        if !end.eat(b'm') && !end.eat(b'M') || (pointed && !end.eat(b'.') && end.peek().is_some_and(|b| !b.is_ascii_whitespace())) {
            return None;
        }
        // `AMT` is a zone.
        if end.peek().is_some_and(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        self.at = end.at;
        Some(afternoon)
    }
}

/// The hour of the day of an hour on a twelve-hour clock.
pub(super) fn hour_of_half(hour: u32, afternoon: bool) -> Result<u32, ValueError> {
    match hour {
        1..=12 => Ok(hour % 12 + if afternoon { 12 } else { 0 }),
        _ => Err(ValueError::TimeOfDay),
    }
}

/// The position (1-based, in characters) of a byte of a text.
pub(super) fn position(text: &str, at: usize) -> usize {
    text.char_indices().take_while(|&(start, _)| start < at).count() + 1
}
