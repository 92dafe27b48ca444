//! A table as Markdown has it.

pub struct Table(String);

impl Table {
    pub fn new(head: &[&str]) -> Table {
        let mut table = Table(String::new());
        table.row(head.iter().map(|title| (*title).to_owned()));
        table.row(head.iter().map(|_| "---".to_owned()));
        table
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        self.0 += &format!("| {} |\n", cells.join(" | "));
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        to.write_str(&self.0)
    }
}
