//! Exact decimal numbers and the cursor that reads them.
//!
//! It knows no units. Invariant: a number is exact; it is refused rather than rounded.

use std::ops::Range;

use super::QuantityError;

/// A decimal number, exact: `digits ÷ 10^scale`.
pub(super) struct Number {
    digits: u128,
    scale: u32,
    pub(super) part: Range<usize>,
}

impl Number {
    /// The number times `unit`, which must be whole and fit 64 bits.
    pub(super) fn scaled(&self, text: &str, unit: u64, exact: &str) -> Result<u64, QuantityError> {
        let product = self.digits.checked_mul(u128::from(unit));
        let product =
            product.ok_or_else(|| too_large(text, self.part.clone(), "this quantity holds"))?;
        let divisor = 10_u128.pow(self.scale);
        if product % divisor != 0 {
            let message = format!("`{text}` is too fine: {exact}");
            return Err(QuantityError::new(
                "out-of-range",
                message,
                self.part.clone(),
                "use fewer decimals",
            ));
        }
        let value = u64::try_from(product / divisor);
        value.map_err(|_| too_large(text, self.part.clone(), "this quantity holds"))
    }
}

pub(super) fn too_large(text: &str, part: Range<usize>, limit: &str) -> QuantityError {
    let message = format!("`{text}` is more than {limit}");
    QuantityError::new("out-of-range", message, part, "use a smaller number")
}

pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> Range<usize> {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        start..self.at
    }

    pub(super) fn sign(&mut self) -> Option<Range<usize>> {
        let sign = self
            .rest()
            .starts_with(['+', '-'])
            .then(|| self.at..self.at + 1)?;
        self.at += 1;
        self.skip_spaces();
        Some(sign)
    }

    pub(super) fn unit(&mut self) -> Range<usize> {
        self.take(|c| c.is_alphabetic() || c == '%' || c == '/')
    }

    /// A decimal number such as `12` or `1.5`.
    pub(super) fn number(&mut self, example: &str, list: &str) -> Result<Number, QuantityError> {
        let start = self.at;
        let part = self.take(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '_' | '\''));
        let written = &self.text[part.clone()];
        let help = || match list {
            "" => format!("write a plain number, such as `{example}`"),
            _ => format!("write a number and a unit, such as `{example}` ({list})"),
        };
        if written.is_empty() {
            let rest = start..self.text.len();
            let message = match &self.text[rest.clone()] {
                "" if self.text.trim().is_empty() => "an empty text is no quantity".to_string(),
                "" => format!("`{}` ends where a number was expected", self.text),
                other => format!("`{other}` does not begin with a number"),
            };
            return Err(QuantityError::new("bad-value", message, rest, help()));
        }
        if let Some(at) = written.find([',', '_', '\'']) {
            let message = format!("`{}` in the number `{written}`", &written[at..at + 1]);
            let help = "write digits alone, with a point before decimals, such as `1.5`";
            return Err(QuantityError::new("bad-value", message, part, help));
        }
        let (whole, decimals) = written.split_once('.').unwrap_or((written, "0"));
        if whole.is_empty() || decimals.is_empty() || decimals.contains('.') {
            let message = format!("`{written}` is no decimal number");
            return Err(QuantityError::new("bad-value", message, part, help()));
        }
        let decimals = decimals.trim_end_matches('0');
        // 30 digits are far beyond every quantity here and fit 128 bits.
        let digits = format!("{}{decimals}", whole.trim_start_matches('0'));
        if digits.len() > 30 || decimals.len() > 30 {
            let message = format!("a number of {} digits", written.len());
            return Err(QuantityError::new(
                "out-of-range",
                message,
                part,
                "use at most 30 digits",
            ));
        }
        let digits = digits.parse::<u128>().unwrap_or(0);
        Ok(Number {
            digits,
            scale: decimals.len() as u32,
            part,
        })
    }
}
