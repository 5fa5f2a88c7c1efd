//! What the template fills into a definition.

/// The definition with its substitutions filled in: those that are parameters of the template by their defaults, all
/// others (functions, queues) by `name`.
///
/// # Panics
/// Never: what is left open is not closed.
pub fn filled(definition: &str, template: &str, name: impl Fn(&str) -> String) -> String {
    let mut text = String::with_capacity(definition.len());
    let mut rest = definition;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((wanted, after)) = after.split_once('}') else {
            break;
        };
        text.push_str(before);
        match default(template, wanted) {
            Some(value) => text.push_str(value),
            None => text.push_str(&name(wanted)),
        }
        rest = after;
    }
    text + rest
}

/// `Default` of a parameter, as the template writes it.
fn default<'a>(template: &'a str, parameter: &str) -> Option<&'a str> {
    let (_, parameters) = template.split_once("\nParameters:\n")?;
    let (parameters, _) = parameters.split_once("\nResources:\n")?;
    let mut lines = parameters.lines();
    lines.find(|line| line.strip_prefix("  ").and_then(|line| line.strip_suffix(':')) == Some(parameter))?;
    let mut fields = lines.take_while(|line| line.starts_with("    "));
    let value = fields.find_map(|line| line.strip_prefix("    Default: "))?;
    Some(value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::filled;

    const TEMPLATE: &str = "\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Seconds:
    Type: Number
    Default: 42
  Other:
    Type: String
Resources:
  Seconds:
    Default: 7
";

    #[test]
    fn parameters_have_their_defaults_and_resources_their_names() {
        let name = |wanted: &str| wanted.to_lowercase();
        let text = filled(
            "{\"a\": ${Seconds}, \"b\": \"${Other}${Function}\"}",
            TEMPLATE,
            name,
        );
        assert_eq!(text, "{\"a\": 42, \"b\": \"otherfunction\"}");
    }
}
