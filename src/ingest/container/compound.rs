//! The chains of sectors of a compound file, which old workbooks are. A decoder that follows a chain in a circle never ends, and takes all
//! memory, so damaged ones are found before.
//!
//! Source: \[MS-CFB\], Compound File Binary File Format, sections 2.2 to 2.5.

/// Numbers from here on are no sectors: the end of a chain, a free sector, and other marks.
const FIRST_MARK: u32 = 0xFFFF_FFFA;
/// How many sectors of the table the header names itself.
const IN_HEADER: usize = 109;

/// Whether all chains end, as far as they lie within the file.
pub fn chains_end(bytes: &[u8]) -> bool {
    let file = Compound { bytes };
    let Some(table) = file.table() else { return false };
    let Some(small) = file.chain(&table, file.number(60)) else {
        return false;
    };
    let small: Vec<u32> = small.into_iter().flat_map(|sector| file.numbers(sector)).collect();
    is_free_of_circles(&table) && is_free_of_circles(&small)
}

struct Compound<'a> {
    bytes: &'a [u8],
}

impl Compound<'_> {
    /// The number at that byte; a mark beyond the end of the file.
    fn number(&self, at: usize) -> u32 {
        let found = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
        found.map_or(u32::MAX, |bytes| u32::from_le_bytes(*bytes))
    }

    /// The bytes of a sector. Where the header gives another size than the two that exist, decoders refuse the file.
    fn sector_size(&self) -> usize {
        if self.bytes.get(30) == Some(&12) { 4096 } else { 512 }
    }

    /// The numbers of a sector; fewer where the file was cut off.
    fn numbers(&self, sector: u32) -> Vec<u32> {
        let start = (sector as usize + 1).saturating_mul(self.sector_size());
        let end = start.saturating_add(self.sector_size()).min(self.bytes.len());
        (start..end.saturating_sub(3)).step_by(4).map(|at| self.number(at)).collect()
    }

    /// The sector that follows each one; `None` if the list of the sectors of this table is itself a circle.
    fn table(&self) -> Option<Vec<u32>> {
        let mut parts: Vec<u32> = (0..IN_HEADER).map(|at| self.number(76 + 4 * at)).collect();
        let mut next = self.number(68);
        let mut left = self.bytes.len() / self.sector_size() + 1;
        while next < FIRST_MARK {
            left = left.checked_sub(1)?;
            let mut more = self.numbers(next);
            next = more.pop().unwrap_or(u32::MAX);
            parts.extend(more);
        }
        let sectors = parts.into_iter().filter(|sector| *sector < FIRST_MARK);
        Some(sectors.flat_map(|sector| self.numbers(sector)).collect())
    }

    /// The sectors of a chain; `None` if it is longer than the table.
    fn chain(&self, table: &[u32], first: u32) -> Option<Vec<u32>> {
        let mut sectors = Vec::new();
        let mut next = first;
        while next < FIRST_MARK {
            if sectors.len() > table.len() {
                return None;
            }
            sectors.push(next);
            next = table.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        Some(sectors)
    }
}

/// Whether no way through the table comes back to where it was.
fn is_free_of_circles(table: &[u32]) -> bool {
    // The walk in which a sector was seen; 0: in none.
    let mut seen = vec![0_usize; table.len()];
    (0..table.len()).all(|start| {
        let walk = start + 1;
        let mut at = start;
        loop {
            match seen.get_mut(at) {
                None => return true,
                Some(seen) if *seen == walk => return false,
                Some(seen) if *seen != 0 => return true,
                Some(seen) => *seen = walk,
            }
            at = table[at] as usize;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_wherever_they_are() {
        let end = 0xFFFF_FFFE;
        assert!(is_free_of_circles(&[]));
        assert!(is_free_of_circles(&[1, 2, end, end, 3]));
        assert!(!is_free_of_circles(&[0]));
        assert!(!is_free_of_circles(&[1, 2, 1]));
        assert!(!is_free_of_circles(&[end, 2, 3, 1]));
    }

    #[test]
    fn a_whole_workbook_has_none_and_one_that_leads_back_has() {
        let whole = include_bytes!("../../../testdata/orders.xls").to_vec();
        assert!(chains_end(&whole));
        let file = Compound { bytes: &whole };
        let table = file.table().unwrap();
        assert!(table.len() > 4, "{table:?}");
        // The second number of the first sector of the table leads back to the first sector.
        let at = (file.number(76) as usize + 1) * 512;
        let mut circle = whole.clone();
        circle[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        circle[at + 4..at + 8].copy_from_slice(&0_u32.to_le_bytes());
        assert!(!chains_end(&circle));
        assert!(!chains_end(
            &[&whole[..68], &0_u32.to_le_bytes(), &whole[72..512], &[0; 512]].concat()
        ));
    }
}
