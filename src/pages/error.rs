//! The small page of an exchange that failed: no script, no style from elsewhere, nothing about the inside.

/// An HTML page for a status: its code, its reason phrase and one or two sentences for the visitor.
pub fn error_page(status: u16, title: &str, text: &str) -> String {
    let (title, text) = (escape(title), escape(text));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{status} {title}</title>\n\
         <style>:root{{color-scheme:light dark;font:1.1rem/1.5 system-ui,sans-serif}}\
         body{{max-width:36rem;margin:15vh auto;padding:0 1rem}}</style>\n\
         <h1>{title}</h1>\n<p>{text}</p>\n<p><small>{status}</small></p>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_is_text() {
        let page = error_page(502, "Bad <Gateway>", "a & b");
        assert!(page.contains("<h1>Bad &lt;Gateway&gt;</h1>") && page.contains("<p>a &amp; b</p>"), "{page}");
    }
}
