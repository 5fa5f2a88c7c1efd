//! How many rows a list may have.

/// Reads the value of `--limit`: a list of none says the same as one of a stack in which nothing is left to do.
///
/// # Errors
/// When it is no number, or 0.
pub fn parse_limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("{text:?} is no number of rows; give 1 or more")),
        Ok(limit) => Ok(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_none_is_refused() {
        assert_eq!(parse_limit("20"), Ok(20));
        for wrong in ["0", "-1", "", "many"] {
            assert!(parse_limit(wrong).is_err(), "{wrong}");
        }
    }
}
