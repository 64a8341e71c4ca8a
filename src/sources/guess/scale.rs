//! The unit that amounts of money are written in, where a header names it: `amount_cents`, `Betrag in TEUR`, `Revenue ($K)`.

/// What one of the numbers under a header stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyUnit {
    /// The hundredth part of the currency's unit.
    Hundredth,
    /// A thousand of it.
    Thousand,
    /// A million of it.
    Million,
}

impl MoneyUnit {
    /// What an expression makes of such a number.
    pub fn factor(self) -> &'static str {
        match self {
            MoneyUnit::Hundredth => "/ 100",
            MoneyUnit::Thousand => "* 1000",
            MoneyUnit::Million => "* 1000000",
        }
    }

    /// The unit that one word names.
    fn of_word(word: &str) -> Option<MoneyUnit> {
        Some(match word {
            "cent" | "cents" | "pence" | "pennies" | "centimes" | "céntimos" | "centimos" | "cêntimos" | "centavos" | "centesimi"
            | "grosze" | "groszy" | "öre" | "øre" | "haléře" => MoneyUnit::Hundredth,
            "thousand" | "thousands" | "tausend" | "tsd" | "teur" | "keur" | "tusd" | "kusd" | "tgbp" | "kgbp" | "tchf" | "kchf"
            | "tkr" | "tsek" | "milliers" | "miles" | "migliaia" | "milhares" | "duizenden" | "duizend" | "tysiące" | "tys" | "k€"
            | "t€" | "k$" | "$k" | "€k" | "k£" | "£k" => MoneyUnit::Thousand,
            "million" | "millions" | "mio" | "mln" | "millionen" | "millones" | "milioni" | "milhões" | "miljoen" | "meur" | "musd"
            | "m€" | "€m" | "$m" | "m$" | "£m" | "m£" => MoneyUnit::Million,
            _ => return None,
        })
    }

    /// The unit that a text names and the text without it. In brackets the word may stand among others, such as the currency; elsewhere it is
    /// the last.
    pub(super) fn undressed(header: &str) -> Option<(MoneyUnit, String)> {
        let is_end = |c: char| matches!(c, ' ' | '_' | '-' | '.' | '\'');
        if let Some(open) = header.find(['(', '[', '{'])
            && let Some(close) = header[open..].find([')', ']', '}']).map(|close| open + close)
        {
            let (before, inside, after) = (&header[..open], &header[open + 1..close], &header[close + 1..]);
            let words: Vec<String> = inside
                .split(is_end)
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect();
            let of_bracket = |word: &String| match word.as_str() {
                // Alone, `ct` counts something, and 1000 is a number; next to a name of money they are units.
                "ct" if words.len() == 1 => Some(MoneyUnit::Hundredth),
                "1000" | "000" | "000s" if words.len() <= 3 => Some(MoneyUnit::Thousand),
                word => MoneyUnit::of_word(word),
            };
            let unit = words.iter().find_map(of_bracket)?;
            let currency: Vec<&str> = inside
                .split(is_end)
                .filter(|word| !word.is_empty() && of_bracket(&word.to_lowercase()).is_none() && *word != "in")
                .collect();
            let rest = match currency.is_empty() {
                true => format!("{before}{after}"),
                false => format!("{before}({}){after}", currency.join(" ")),
            };
            return Some((unit, rest.trim().to_string()));
        }
        let trimmed = header.trim_end();
        let at = trimmed.rfind(is_end)?;
        let (before, last) = (&trimmed[..at], trimmed[at + 1..].to_lowercase());
        let unit = match last.as_str() {
            // Who is minor is young; an amount is so in the smallest unit.
            "minor"
                if ["amount", "total", "price", "value"]
                    .iter()
                    .any(|word| before.to_lowercase().ends_with(word)) =>
            {
                MoneyUnit::Hundredth
            }
            word => MoneyUnit::of_word(word)?,
        };
        let before = before.trim_end_matches(is_end);
        let rest = [" in", "_in", " en", " em", " w"]
            .iter()
            .find_map(|ending| before.strip_suffix(ending))
            .unwrap_or(before);
        (!rest.is_empty()).then(|| (unit, rest.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_money_are_named_in_many_ways() {
        for (header, unit, rest) in [
            ("amount_cents", MoneyUnit::Hundredth, "amount"),
            ("amount_in_cents", MoneyUnit::Hundredth, "amount"),
            ("Betrag in Cent", MoneyUnit::Hundredth, "Betrag"),
            ("Total (ct)", MoneyUnit::Hundredth, "Total"),
            ("Montant (centimes)", MoneyUnit::Hundredth, "Montant"),
            ("amount_minor", MoneyUnit::Hundredth, "amount"),
            ("price_pence", MoneyUnit::Hundredth, "price"),
            ("Amount (k€)", MoneyUnit::Thousand, "Amount"),
            ("Betrag in TEUR", MoneyUnit::Thousand, "Betrag"),
            ("Umsatz (Tsd. EUR)", MoneyUnit::Thousand, "Umsatz (EUR)"),
            ("Revenue (EUR 1000)", MoneyUnit::Thousand, "Revenue (EUR)"),
            ("Revenue ($K)", MoneyUnit::Thousand, "Revenue"),
            ("Amount in thousands", MoneyUnit::Thousand, "Amount"),
            ("Revenue (USD million)", MoneyUnit::Million, "Revenue (USD)"),
        ] {
            assert_eq!(MoneyUnit::undressed(header), Some((unit, rest.to_string())), "{header}");
        }
        for header in [
            "Amount",
            "Amount (EUR)",
            "Total ct",
            "Number of minors",
            "Cents",
            "Price per 1000",
            "Percentage",
            "Centre",
            "Distance (km)",
        ] {
            assert_eq!(MoneyUnit::undressed(header), None, "{header}");
        }
    }
}
