"""All mutants of a source file in one text, each behind a switch: `on(7)` is true while TAMIS_MUTANT is 7.

What cargo-mutants lists is a span and its replacement; the expression around an operator is looked up in tree-sitter's
tree. Every mutant's text stands between comments with its number, so that a compiler's error tells which one it is about.
"""

import functools
import re

import tree_sitter
import tree_sitter_rust

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))
EITHER = "crate::mutants::Either"
ON = "crate::mutants::on({})"
# Where nothing can be asked while the program runs.
CONSTANT = {"const_item", "static_item", "array_type", "enum_variant"}


class Mutant:
    def __init__(self, number, listed, excuses):
        self.number, self.file, self.name = number, listed["file"], listed["name"]
        self.genre, self.replacement, self.span = listed["genre"], listed["replacement"], listed["span"]
        self.room = re.match(r"src/(\w+)", self.file)[1]
        self.excused = any(excuse.search(self.name) for excuse in excuses)
        self.node = None

    def octets(self, source):
        """From where to where it changes the source."""
        lines = source.decode().split("\n")

        def place(at):
            before = "\n".join([*lines[: at["line"] - 1], lines[at["line"] - 1][: at["column"] - 1]])
            return len(before.encode())

        return place(self.span["start"]), place(self.span["end"])

    def alone(self, source):
        """The source with this change, as cargo-mutants makes it."""
        start, end = self.octets(source)
        end = end + 1 if self.genre == "StructField" and source[end : end + 1] == b"," else end
        return source[:start] + f" {self.replacement} ".encode() + source[end:]


class File:
    """One source file with its mutants."""

    def __init__(self, source, mutants, shared=frozenset()):
        """Of constants, those are `shared` that other files use."""
        self.source, self.at, self.alone, self.unviable, self.constants = source, {}, [], [], {}
        root = PARSER.parse(source).root_node
        for mutant in mutants:
            node = self.place(root, mutant)
            if node is not None and node.type == "let_chain":
                self.unviable.append(mutant)  # `||` before or behind `let` is no Rust
            elif node and (item := up(node, lambda n: n.type == "const_item")) and is_switched(root, name_of(item), shared):
                self.constants.setdefault(name_of(item), []).append(mutant)
            elif node is None or constant(node):
                self.alone.append(mutant)
            else:
                self.at.setdefault(node.id, []).append(mutant)
        self.root = root

    def place(self, root, mutant):
        """The node that the mutant is about, if it can have a switch."""
        start, end = mutant.octets(self.source)
        node = root.descendant_for_byte_range(start, max(start, end - 1))
        match mutant.genre:
            case "FnValue":
                return up(node, lambda n: n.type == "block" and n.parent.type == "function_item")
            case "BinaryOperator":
                node = node.parent
                return node if node.type in ("binary_expression", "compound_assignment_expr", "let_chain") else None
            case "UnaryOperator":
                return node.parent if node.parent.type == "unary_expression" else None
            case "MatchArm" | "MatchArmGuard":
                node = up(root.descendant_for_byte_range(start, start), lambda n: n.type == "match_arm" and n.end_byte >= end)
                return node and node.child_by_field_name("pattern")
            case "StructField":
                node = up(node, lambda n: n.type in ("field_initializer", "shorthand_field_initializer"))
                return node and node.parent.parent

    def render(self):
        return self.text(self.root)

    def text(self, node, left=()):
        """The node's text with every switch in it, but for fields that are left out."""
        mutants = [] if left else self.at.get(node.id, [])
        if mutants:
            wrapped = getattr(self, node.type)(node, mutants)
            return f"/*<{','.join(str(mutant.number) for mutant in mutants)}*/{wrapped}/*>*/"
        if node.type == "const_item" and node.child_by_field_name("name").text in self.constants:
            return self.plain(node) + "".join(map(self.copy, self.constants[name_of(node)]))
        if node.type == "identifier" and node.text in self.constants and is_asked(node):
            return self.chosen(node.text)
        if node.type == "match_expression" and not left and (arms := self.arms(node)):
            # Which arm leaves something open, the compiler doesn't tell.
            return f"/*<{','.join(arms)}*/{self.plain(node)}/*>*/"
        return self.plain(node, left)

    def arms(self, node):
        """The numbers of the arms of a match that may be gone."""
        arms = [arm for arm in node.child_by_field_name("body").children if arm.type == "match_arm"]
        those = [mutant for arm in arms for mutant in self.at.get(arm.child_by_field_name("pattern").id, [])]
        return [str(mutant.number) for mutant in those if mutant.genre == "MatchArm"]

    def plain(self, node, left=()):
        pieces, at = [], node.start_byte
        for child in node.children:
            if child.end_byte <= at:
                continue  # the comma of a field that is left out
            pieces.append(self.source[at : child.start_byte].decode())
            at = child.end_byte
            if (child.start_byte, child.end_byte) in left:
                at = at + 1 if self.source[at : at + 1] == b"," else at
            else:
                within = [span for span in left if child.start_byte <= span[0] and span[1] <= child.end_byte]
                pieces.append(self.text(child, within))
        pieces.append(self.source[at : node.end_byte].decode())
        return "".join(pieces)

    # -- constants: each change is one more --

    def copy(self, mutant):
        start, end = mutant.octets(self.source)
        item = up(self.root.descendant_for_byte_range(start, end - 1), lambda n: n.type == "const_item")
        name = item.child_by_field_name("name")
        pieces = [
            self.source[item.start_byte : name.end_byte], b"__%d" % mutant.number, self.source[name.end_byte : start],
            mutant.replacement.encode(), self.source[end : item.end_byte],
        ]
        return marked(mutant, b"".join(pieces).decode())

    def chosen(self, name):
        mutants, text = self.constants[name], name.decode()
        ways = "".join(f"if {on(m)} {{ {text}__{m.number} }} else " for m in mutants)
        return f"/*<{','.join(str(m.number) for m in mutants)}*/({ways}{{ {text} }})/*>*/"

    # -- one a kind of node --

    def block(self, node, mutants):
        """A function's value. One `impl Iterator` is one type: there the body is the last of several ways."""
        kind = node.parent.child_by_field_name("return_type")
        if kind is not None and kind.text.startswith(b"impl Iterator"):
            guards, ends = "", ""
            for mutant in mutants:
                way = f"{'Either::Right(' * ends.count(')')}Either::Left({mutant.replacement}){ends}".replace("Either", EITHER)
                guards += marked(mutant, f"if {on(mutant)} {{ return {way}; }}")
                ends += ")"
            return f"{{ {guards}{f'{EITHER}::Right(' * len(ends)}{self.plain(node)}{ends} }}"
        guards = "".join(marked(m, f"if {on(m)} {{ return {m.replacement}; }}") for m in mutants)
        return "{ " + guards + self.plain(node).removeprefix("{")

    def binary_expression(self, node, mutants):
        left, right = (self.text(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator").type
        if operator in ("&&", "||"):
            (mutant,) = mutants
            wants = "" if operator == "&&" else "!"
            return f"({{ let __l: bool = {left}; if ({wants}__l) != {on(mutant)} {{ {right} }} else {{ __l }} }})"
        if operator in ("==", "!="):
            (mutant,) = mutants
            return f"((({left}) {operator} ({right})) != {on(mutant)})"
        borrow, value = ("&", "*") if operator in ("<", ">", "<=", ">=") else ("", "")
        ways = "".join(f"if {on(m)} {{ {marked(m, f'{value}__l {m.replacement} {value}__r')} }} else " for m in mutants)
        return f"(match ({borrow}({left}), {borrow}({right})) {{ (__l, __r) => {ways}{{ {value}__l {operator} {value}__r }} }})"

    def compound_assignment_expr(self, node, mutants):
        left, right = (self.text(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator").type
        ways = "".join(f"if {on(m)} {{ {marked(m, f'{left} {m.replacement} __r')} }} else " for m in mutants)
        return f"(match ({right}) {{ __r => {ways}{{ {left} {operator} __r }} }})"

    def unary_expression(self, node, mutants):
        (mutant,) = mutants
        operator, operand = node.children[0].type, self.text(node.children[1])
        return f"(match ({operand}) {{ __l => if {on(mutant)} {{ __l }} else {{ {operator}__l }} }})"

    def match_pattern(self, node, mutants):
        """An arm that is gone, a guard that holds always or never."""
        guard = node.child_by_field_name("condition")
        condition = f"({self.text(guard)})" if guard else "true"
        end = next(child for child in node.children if child.type == "if").start_byte if guard else node.end_byte
        for mutant in mutants:
            always = mutant.genre == "MatchArmGuard" and mutant.replacement == "true"
            condition = f"({on(mutant)} || {condition})" if always else f"(!{on(mutant)} && {condition})"
        return self.source[node.start_byte : end].decode() + f" if {condition}"

    def struct_expression(self, node, mutants):
        ways = ""
        for mutant in mutants:
            less = self.plain(node, [place_of_field(self.source, node, mutant)])
            ways += f"_ if {on(mutant)} => {marked(mutant, less)}, "
        return f"(match () {{ {ways}_ => {self.plain(node)} }})"


def place_of_field(source, node, mutant):
    start, _ = mutant.octets(source)
    fields = node.child_by_field_name("body").children
    return next((field.start_byte, field.end_byte) for field in fields if field.start_byte == start)


def marked(mutant, text):
    return f"/*<{mutant.number}*/{text}/*>*/"


def on(mutant):
    return ON.format(mutant.number)


def up(node, wanted):
    while node is not None and not wanted(node):
        node = node.parent
    return node


def name_of(item):
    return item.child_by_field_name("name").text


def is_asked(node):
    """Whether the constant's value is used here while the program runs."""
    return node.parent.type not in ("const_item", "use_list", "scoped_identifier", "token_tree") and not constant(node)


def is_switched(root, name, shared):
    """Whether a switch reaches each use of the constant."""
    uses = [node for node in every(root) if node.type == "identifier" and node.text == name and not is_definition(node)]
    return name.decode() not in shared and bool(uses) and all(is_asked(node) for node in uses)


def is_definition(node):
    return node.parent.type == "const_item" and node.parent.child_by_field_name("name") == node


def every(node):
    yield node
    for child in node.children:
        yield from every(child)


def constant(node):
    """Whether it is worked out by the compiler."""
    while node is not None:
        if node.type in CONSTANT:
            return True
        if node.type == "function_item":
            return any(child.type == "function_modifiers" and b"const" in child.text for child in node.children)
        node = node.parent
    return False


@functools.cache
def regions(text):
    """From where to where each mutant's text goes, in octets, and whose it is; the innermost ones first."""
    found, begun = [], []
    for mark in re.finditer(rb"/\*(?:<([\d,]+)|>)\*/", text.encode()):
        if mark[1]:
            begun.append((mark.start(), [int(number) for number in mark[1].split(b",")]))
        else:
            start, numbers = begun.pop()
            found.append((start, mark.end(), numbers))
    return sorted(found, key=lambda region: region[1] - region[0])
