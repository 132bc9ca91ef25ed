"""Write the doctor's code as the reader writes it: transposed, numbered and named as theirs.

The course has examples in rows and W as (in, out). Each name in a line of code stands for an array,
and the reader's array is that one or its transpose; from there the transposes are pushed through
the line until none is left that the reader would not write.
"""

import ast
import re
from typing import NamedTuple

NAMES = re.compile(r"(dW|W|dZ|Z|dA|A|mask)\d+|X|Y")
IN_UNPARSED = re.compile(r"layer \d+|[A-Za-z_]\w*")


class Convention(NamedTuple):
    """How a reader writes: `turned` for W as (out, in), `columns` for examples as columns.

    `keepdims` for biases with two dimensions; `names` are the reader's by the course's, and
    `elsewhere` says where arrays are that have no name with a number.
    """

    turned: bool = False
    columns: bool = False
    keepdims: bool = False
    names: dict = {}  # noqa: RUF012
    elsewhere: str = ""

    def spoken(self, text):
        """Say it: what stands between backticks is code."""
        parts = text.split("`")
        parts[1::2] = map(self.code, parts[1::2])
        return "".join(parts)

    def code(self, code):
        """Write a piece of the course's code as the reader would."""
        try:
            (statement,) = ast.parse(code).body
            as_it_is = ast.unparse(statement)
        except (SyntaxError, ValueError):  # "+=", "layer 1"
            return IN_UNPARSED.sub(lambda name: self.names.get(name[0], name[0]), code)
        if isinstance(statement, (ast.Assign, ast.AugAssign)):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            value, turned = self._turn(statement.value)
            if turned is not None and turned != self._is_turned(target):
                value = _transposed(value)
            statement.value = value
        elif isinstance(statement, ast.Expr):
            value, turned = self._turn(statement.value)
            everything = self.turned and self.columns
            statement.value = _transposed(value) if everything and turned is False else value
        for name in ast.walk(statement):
            if isinstance(name, ast.Name):
                name.id = self.names.get(name.id, name.id)
        same = ast.unparse(statement) == as_it_is
        return code if same else ast.unparse(_Parentheses().visit(statement))

    def _is_turned(self, node):
        """Say whether the reader's array is the transpose of the course's; None for no matrix."""
        name = node.id if isinstance(node, ast.Name) else ""
        if not NAMES.fullmatch(name):
            return None
        return self.turned if "W" in name else self.columns

    def _turn(self, node):
        """Rewrite an expression: (node, whether its value is the transpose of the course's)."""
        match node:
            case ast.Name():
                return node, self._is_turned(node)
            case ast.Attribute(attr="T"):
                value, turned = self._turn(node.value)
                return value, not turned
            case ast.BinOp(op=ast.MatMult()):
                (left, left_turned), (right, right_turned) = map(
                    self._turn, (node.left, node.right)
                )
                if left_turned and right_turned:
                    return ast.BinOp(right, node.op, left), True
                left = _transposed(left) if left_turned else left
                right = _transposed(right) if right_turned else right
                return ast.BinOp(left, node.op, right), False
            case ast.BinOp():
                (node.left, node.right), turned = self._alike(node.left, node.right)
                return node, turned
            case ast.Compare():
                (node.left, *node.comparators), turned = self._alike(node.left, *node.comparators)
                return node, turned
            case ast.UnaryOp():
                node.operand, turned = self._turn(node.operand)
                return node, turned
            case ast.Call(func=ast.Attribute(attr="sum" | "mean" | "reshape")):
                return self._method(node)
            case ast.Call(func=ast.Name(id="len")):
                (array,) = node.args
                array, turned = self._turn(array)
                return (_parsed(f"{ast.unparse(array)}.shape[1]") if turned else node), None
            case ast.Call(args=[argument]):  # element by element
                node.args[0], turned = self._turn(argument)
                return node, turned
            case ast.Subscript(value=ast.Attribute(attr="shape")):
                array, turned = self._turn(node.value.value)
                if turned:
                    node.slice = ast.Constant(1 - node.slice.value)
                node.value.value = array
                return node, None
            case ast.Subscript():
                node.value, turned = self._turn(node.value)
                if turned:
                    node.slice = _parsed(f"a[:, {ast.unparse(node.slice)}]").slice
                return node, turned if isinstance(node.slice, (ast.Slice, ast.Tuple)) else None
            case _:
                return node, None

    def _alike(self, *nodes):
        """Rewrite expressions that meet element by element."""
        nodes, signs = zip(*map(self._turn, nodes), strict=True)
        if True in signs:
            pairs = zip(nodes, signs, strict=True)
            nodes = [_transposed(node) if sign is False else node for node, sign in pairs]
        known = [sign for sign in signs if sign is not None]
        return nodes, any(known) if known else None

    def _method(self, node):
        """x.sum(axis=0) over the examples, which may be the other axis; a bias with its shape."""
        array, turned = self._turn(node.func.value)
        node.func.value = array
        for keyword in node.keywords:
            if keyword.arg == "axis" and turned:
                keyword.value = ast.Constant(1 - keyword.value.value)
        if node.keywords and self.keepdims:
            node.keywords.append(ast.keyword("keepdims", ast.Constant(True)))
        return node, None


def _transposed(node):
    """The transpose of an expression, as far inside as it can be written."""
    match node:
        case ast.Attribute(attr="T"):
            return node.value
        case ast.BinOp(op=ast.MatMult()):
            return ast.BinOp(_transposed(node.right), node.op, _transposed(node.left))
        case ast.BinOp():
            return ast.BinOp(_transposed(node.left), node.op, _transposed(node.right))
        case ast.Call(args=[argument]):
            return ast.Call(node.func, [_transposed(argument)], node.keywords)
        case ast.Compare():
            others = [_transposed(other) for other in node.comparators]
            return ast.Compare(_transposed(node.left), node.ops, others)
        case ast.Constant():
            return node
        case ast.Name() if not NAMES.fullmatch(node.id):  # m
            return node
    return ast.Attribute(node, "T")


def _parsed(code):
    return ast.parse(code, mode="eval").body


class _Parentheses(ast.NodeTransformer):
    """Put a product of matrices into parentheses where it is multiplied element by element."""

    def visit_BinOp(self, node):
        """Call nothing with the product: that prints as parentheses."""
        self.generic_visit(node)
        match node:
            case ast.BinOp(ast.BinOp(op=ast.MatMult()), ast.Mult() | ast.Div()):
                node.left = ast.Call(ast.Name(""), [node.left], [])
        return node
