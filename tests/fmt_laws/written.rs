//! Documents as nobody would write them, but anybody may:
//! comments of every kind between words, inside of children and of what is turned off by `/-`,
//! continued lines, texts of several lines and raw ones. Choices come from octets, so that what
//! fails is made smaller.

/// Writes a document from octets; where they end, everything is plain.
pub(crate) struct Writer<'c> {
    choices: std::slice::Iter<'c, u8>,
    /// Whether a block that is turned off is open.
    in_off_block: bool,
    /// The document.
    pub(crate) text: String,
    /// Words that stand in it once: in comments, and in what is turned off.
    pub(crate) marks: Vec<String>,
}

/// Values, and how they may be written. What looks like a comment in them is none.
const VALUES: &[&str] = &[
    "a",
    "1",
    "#true",
    "\"b c\"",
    "\"/* no // comment */ \\\" \\u{e9}\"",
    "#\"raw \\ // no comment\"#",
    "##\"raw \"# /- \"##",
    "\"\"\"\n      one // no comment\n        two /* none */\n      \"\"\"",
    "#\"\"\"\n   raw \\ \"\n\n   /- two\n   \"\"\"#",
    "-7",
    "#null",
];

impl<'c> Writer<'c> {
    /// Writes a document.
    pub(crate) fn document(choices: &'c [u8]) -> Self {
        let mut writer = Self {
            choices: choices.iter(),
            in_off_block: false,
            text: String::new(),
            marks: Vec::new(),
        };
        let nodes = 1 + writer.pick(4);
        writer.nodes(nodes, 3);
        writer.above();
        writer
    }

    /// Returns a number below another.
    fn pick(&mut self, below: usize) -> usize {
        let choice = self.choices.next().copied().unwrap_or_default();
        usize::from(choice) % below
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.pick(many) == many - 1
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Returns a word that stands nowhere else.
    fn mark(&mut self, kind: &str) -> String {
        let mark = format!("{kind}{}.", self.marks.len());
        self.marks.push(mark.clone());
        mark
    }

    /// A comment that ends where it says.
    fn block(&mut self) {
        let mark = self.mark("c");
        let text = match self.pick(4) {
            0 => format!("/* {mark} */"),
            1 => format!("/*{mark}\n      and more\n*/"),
            2 => format!("/* {mark} /* /* in it */ */ // \" */"),
            _ => format!("/** {mark}\n * /* nested\n */ */"),
        };
        self.put(&text);
    }

    /// A comment to the end of a line.
    fn line_comment(&mut self) {
        let mark = self.mark("c");
        self.put(&format!("// {mark} \" {{ /* \\\n"));
    }

    /// What may stand between two words of a node.
    fn between(&mut self) {
        match self.pick(8) {
            0 | 1 => self.put(" "),
            2 => self.put("\t  "),
            3 => self.put(" \\\n    "),
            4 => {
                self.put(" \\ ");
                self.line_comment();
                self.put("   ");
            }
            5 => {
                self.put(" \\ ");
                self.block();
                self.put("\n");
            }
            6 => self.block(),
            _ => {
                self.put(" ");
                self.block();
                self.put("  ");
                self.block();
                self.put(" ");
            }
        }
    }

    /// What may stand between two nodes.
    fn above(&mut self) {
        match self.pick(6) {
            0..=2 => {}
            3 => self.put("\n\n\n"),
            4 => {
                self.put("  ");
                self.line_comment();
            }
            _ => {
                self.block();
                self.put("\n");
            }
        }
    }

    /// Turns something off, or not.
    fn dash(&mut self) -> bool {
        if !self.one_in(8) {
            return false;
        }
        self.put("/-");
        match self.pick(4) {
            0 | 1 => {}
            2 => self.put(" "),
            _ => self.block(),
        }
        true
    }

    fn nodes(&mut self, count: usize, depth: usize) {
        for _ in 0..count {
            self.above();
            let is_off = self.node(depth);
            match self.pick(6) {
                0..=2 => self.put("\n"),
                // What is turned off ends with its line.
                3 | 5 if is_off => self.put("\n"),
                3 => self.put(";"),
                4 => {
                    self.put(" ");
                    self.line_comment();
                }
                _ => {
                    self.put(";  ");
                    self.line_comment();
                }
            }
        }
    }

    /// A word that is a name: of its own, if it is turned off.
    fn name(&mut self, is_off: bool) {
        if is_off {
            let mark = self.mark("off");
            self.put(&format!("\"{mark}\""));
        } else {
            let names = ["mail", "host", "\"quoted\"", "x-y", "é"];
            let name = names[self.pick(names.len())];
            self.put(name);
        }
    }

    /// Writes a node, and returns whether it is turned off.
    fn node(&mut self, depth: usize) -> bool {
        let is_off = self.dash();
        self.name(is_off);
        for _ in 0..self.pick(4) {
            self.between();
            let is_off = self.dash();
            self.entry(is_off);
        }
        if depth > 0 && self.one_in(2) {
            self.between();
            // Such blocks in each other are refused where they are deep.
            if self.one_in(6) && !self.in_off_block {
                self.put("/-");
                self.in_off_block = true;
                self.children(depth);
                self.in_off_block = false;
                self.between();
            }
            self.children(depth);
        }
        if self.one_in(8) {
            self.block();
        }
        is_off
    }

    fn children(&mut self, depth: usize) {
        self.put("{");
        match self.pick(4) {
            0 | 1 => self.put("\n"),
            2 => {}
            _ => self.block(),
        }
        let count = self.pick(4);
        self.nodes(count, depth - 1);
        self.above();
        self.put("}");
    }

    /// An argument, or a property.
    fn entry(&mut self, is_off: bool) {
        if self.one_in(3) {
            self.name(is_off);
            if self.one_in(8) {
                self.block();
            }
            self.put("=");
            if self.one_in(8) {
                self.block();
            }
        } else if is_off {
            return self.name(true);
        }
        let value = VALUES[self.pick(VALUES.len())];
        self.put(value);
    }
}
