"""Values and calls between two processes that do not trust each other.

The checks run in one process, the student's code in another, which must not learn what is expected
nor say what is right. Each line on the way is JSON, and nothing in it is executed or unpickled:
numbers, texts, arrays, and lists and tuples of these go as what they are. A function stays where it
is; the other side gets a stand-in, and calls go over the pipe. So do those of a function that a
check hands over. Of everything else only the name of its type and its `repr` arrive.
"""

import base64
import builtins
import inspect
import itertools
import math
import re
import time
import warnings
from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from numbers import Real

import numpy as np

LINE = 64 * 2**20  # characters of a message
ITEMS = 200_000  # values in a message
DEPTH = 20  # of lists in lists
TEXT = 10_000  # characters of an error's text or a repr
SOURCE = 100_000  # characters of a function's source
USUAL = np.geterr()
DTYPE = re.compile(r"[<>|=][biufcUSMm]\d{1,9}(\[\d*[a-zA-Zμ]+\])?")


class Gone(BaseException):
    """The other process has ended, or its time is up; no `except Exception` of a check takes it."""


class Peer:
    """One end of the pipe: `send` takes a message, a dict, and `receive` waits for the next one.

    While one side waits for the answer to its call, it answers those of the other.
    """

    def __init__(self, send, receive):
        self._send, self._receive = send, receive
        self._numbers = itertools.count(1)
        self._kept = {}  # what the other side may call: {number: (object, its call, or None)}

    def ask(self, do, **message):
        """Send a request, wait for what the other side's `answer` gives, and return that."""
        number = next(self._numbers)
        self._send({"ask": number, "do": do, **message})
        while True:
            came = self._receive()
            if came.get("answer") == number:
                return came
            if "ask" in came:
                self.answer(came)

    def answer(self, request, also=()):
        """Answer a request: for a call, for the next value of an iterator, or one in `also`."""
        ways = {"call": self._called, "next": self._asked_for_next} | dict(also)
        try:
            reply = ways[request["do"]](request)
        except Gone:
            raise
        except BaseException as error:  # SystemExit too
            reply = {"error": _pack_error(error)}
        self._send({"answer": request["ask"], **reply})

    def forget(self):
        """Let go of the functions that the other side could call so far."""
        self._kept.clear()

    def values(self, reply):
        """Return the values in a reply."""
        if "error" in reply:
            raise _unpack_error(reply["error"])
        return [self.unpack(value) for value in reply["values"]]

    # ---- calls ----------------------------------------------------------------------------------

    def call(self, number, arguments, named=None):
        """Call a function of the other side; what it does to its arguments is done to these."""
        reply = self.ask(
            "call",
            of=number,
            arguments=self.pack(list(arguments))["list"],
            named={name: self.pack(value) for name, value in (named or {}).items()},
            warn={name: what for name, what in np.geterr().items() if what != USUAL[name]},
        )
        return self._result(reply, arguments), float(reply.get("seconds", 0))

    def _result(self, reply, arguments):
        for text in reply.get("warned", ()):
            warnings.warn(str(text), RuntimeWarning, stacklevel=3)
        for position, value in reply.get("changed", {}).items():
            _adopt(arguments[int(position)], self.unpack(value))
        if "error" in reply:
            raise _unpack_error(reply["error"])
        if reply.get("ended"):
            raise StopIteration
        return self.unpack(reply["value"], arguments)

    def _called(self, request):
        function, _ = self._kept[request["of"]]
        call = _Call(self, self.unpack(request["arguments"]), request["warn"])
        named = {str(name): self.unpack(value) for name, value in request["named"].items()}
        return call.do(lambda: function(*call.arguments, **named))

    def _asked_for_next(self, request):
        iterator, call = self._kept[request["of"]]
        return call.do(lambda: next(iterator), ended=StopIteration)

    # ---- values --------------------------------------------------------------------------------

    def pack(self, value, call=None):
        """Return a value as what JSON can hold; an iterator goes on in the `call` it came from."""
        left = itertools.count(ITEMS, -1)
        return self._pack(value, call, left, 0)

    def _pack(self, value, call, left, depth):
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, np.ndarray):
            return self._pack_array(np.asarray(value), call, left, depth)
        if isinstance(value, np.generic):
            array = np.asarray(value)
            return {"scalar": _bytes(array)} if _is_plain(array) else _odd(value)
        if isinstance(value, int):
            value = int(value)
            return value if abs(value) < 2**63 else {"int": hex(value)}
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            return _clean(value, LINE)
        if value is ...:
            return {"ellipsis": True}
        if isinstance(value, Real):  # such as a Fraction
            return {"fraction": [hex(part) for part in Fraction(value).as_integer_ratio()]}
        if isinstance(value, (list, tuple)):
            if next(left) < len(value) or depth > DEPTH:
                return _odd(value)
            items = [self._pack(item, call, left, depth + 1) for item in value]
            return {_kind(value): items}
        if isinstance(value, np.random.Generator):
            return {"generator": _state(value)}
        return self._pack_object(value, call)

    def _pack_array(self, array, call, left, depth):
        if _is_plain(array):
            return {"array": _bytes(array)}
        if array.dtype != object or next(left) < array.size or depth > DEPTH:
            return _odd(array)
        items = [self._pack(item, call, left, depth + 1) for item in array.ravel()]
        return {"objects": [array.shape, items]}

    def _pack_object(self, value, call):
        packed = _odd(value)
        if callable(value):
            packed["number"] = self._keep(value)
            packed["function"] = _about_function(value)
        elif isinstance(value, Iterable) and call:
            packed["number"] = self._keep(iter(value), call)
            packed["iterable"] = True
        if hasattr(value, "__array__"):  # such as a table of pandas
            array = np.asarray(value)
            packed["array of"] = _bytes(array) if _is_plain(array) else None
        return packed

    def _keep(self, value, call=None):
        number = next(self._numbers)
        self._kept[number] = value, call
        return number

    def unpack(self, packed, arguments=()):
        """Return what `pack` on the other side was given, or a stand-in for it.

        `arguments` are those of the call whose result it is.
        """
        if not isinstance(packed, dict):
            if isinstance(packed, list):
                return [self.unpack(item, arguments) for item in packed]
            return packed
        if "odd" in packed:
            return self._stand_in(packed, arguments)
        [(kind, content)] = packed.items()
        if kind == "array":
            return _array(content)
        if kind == "scalar":
            return _array(content)[()]
        if kind == "int":
            return int(content, 16)
        if kind == "ellipsis":
            return ...
        if kind == "fraction":
            return Fraction(*(int(part, 16) for part in content))
        if kind == "generator":
            return _generator(content)
        if kind == "objects":
            array = np.empty(math.prod(content[0]), dtype=object)
            array[:] = [self.unpack(item, arguments) for item in content[1]]
            return array.reshape(content[0])
        items = [self.unpack(item, arguments) for item in content]
        if kind == "cache":
            from helpers.network import Cache

            return Cache(*items)
        return {"list": list, "tuple": tuple}[kind](items)

    def _stand_in(self, packed, arguments):
        """Return an object that has another one's type, by name, and its `repr`."""
        name, text = (_clean(part, TEXT) for part in packed["odd"])
        members = {"__repr__": lambda self: text}
        number, peer = packed.get("number"), self
        if "function" in packed:

            def call(self, *given, **named):
                result, self.seconds = peer.call(number, given, named)
                return result

            members |= {"__call__": call, **_members_of_function(packed["function"])}
        elif "iterable" in packed:

            def iterate(self):
                while True:
                    try:
                        value = peer._result(peer.ask("next", of=number), arguments)
                    except StopIteration:
                        return
                    yield value

            members["__iter__"] = iterate
        if packed.get("array of"):
            array = _array(packed["array of"])
            members["__array__"] = lambda self, dtype=None, copy=None: array.astype(
                dtype or array.dtype
            )
        return type(name, (), members)()


class _Call:
    """A call from the other side while it lasts: for a generator, until its last value."""

    def __init__(self, peer, arguments, warn):
        self.peer, self.arguments = peer, arguments
        self.warn = {"under": "ignore"} | {
            name: what for name, what in warn.items() if what in ("ignore", "warn", "raise")
        }
        self.before = self._packed()

    def do(self, work, ended=()):
        """Work; return the reply: value or error, warnings, changed arguments, time."""
        reply = {}
        with warnings.catch_warnings(record=True) as caught, np.errstate(**self.warn):
            warnings.simplefilter("always")
            start = time.perf_counter()
            try:
                value = work()
                reply["seconds"] = time.perf_counter() - start
                reply["value"] = self.peer.pack(value, self)
            except Gone:
                raise
            except ended:
                reply["ended"] = True
            except BaseException as error:  # SystemExit too
                reply["error"] = _pack_error(error)
        after = self._packed()
        both = enumerate(zip(self.before, after, strict=True))
        numerical = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
        reply["warned"] = [_clean(text, TEXT) for text in numerical[:1]]
        reply["changed"] = {i: new for i, (old, new) in both if new != old}
        self.before = after
        return reply

    def _packed(self):
        """Return the arguments as they are now; functions do not change."""
        return [None if callable(one) else self.peer.pack(one) for one in self.arguments]


# ---- parts of a message --------------------------------------------------------------------------


def _clean(text, length):
    """Return a text without halves of characters, which no file takes, and not longer than that."""
    return str(text)[:length].encode("utf-8", "backslashreplace").decode()


def _kind(value):
    if isinstance(value, list):
        return "list"
    return "cache" if type(value).__name__ == "Cache" and hasattr(value, "_fields") else "tuple"


def _is_plain(array):
    return bool(DTYPE.fullmatch(array.dtype.str)) and array.nbytes < LINE // 2


def _bytes(array):
    return [array.dtype.str, array.shape, base64.b64encode(array.tobytes()).decode()]


def _array(content):
    dtype, shape, data = content
    if not DTYPE.fullmatch(dtype):
        raise ValueError(f"no array has the dtype {dtype}")
    data = bytearray(base64.b64decode(data))
    array = np.ndarray(shape, dtype, data)
    if array.nbytes != len(data):
        raise ValueError("an array came in part")
    return array


def _state(generator):
    bits = generator.bit_generator
    seeds = bits.seed_seq
    about = [getattr(seeds, name) for name in ("entropy", "spawn_key", "n_children_spawned")]
    return [bits.state, *about] if isinstance(bits, np.random.PCG64) else None


def _generator(content):
    state, entropy, key, spawned = content
    seeds = np.random.SeedSequence(entropy, spawn_key=tuple(key), n_children_spawned=spawned)
    bits = np.random.PCG64(seeds)
    bits.state = state
    return np.random.Generator(bits)


def _odd(value):
    try:
        text = repr(value)
    except Exception as error:
        text = f"<its repr stopped with {type(error).__name__}>"
    return {"odd": [_clean(type(value).__name__, 100), _clean(text, TEXT)]}


def _about_function(function):
    """Return what checks ask of a function: its name, those of its arguments, its source."""
    about = {}
    name = getattr(function, "__name__", None)
    if isinstance(name, str):
        about["name"] = _clean(name, 100)
    with suppress(TypeError, ValueError):  # functions of NumPy's own do not tell
        about["arguments"] = [_clean(n, 100) for n in inspect.signature(function).parameters]
    with suppress(OSError, TypeError, SyntaxError, IndexError):
        about["source"] = _clean(inspect.getsource(function), SOURCE)
    return about


def _members_of_function(about):
    members = {"__signature__": ()}  # which `inspect.signature` takes for one that is not known
    if "arguments" in about:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [inspect.Parameter(str(name), kind) for name in about["arguments"]]
        members["__signature__"] = inspect.Signature(parameters)
    if "name" in about:
        members["__name__"] = _clean(about["name"], 100)
    members["source"] = _clean(about.get("source", ""), SOURCE)
    return members


def _pack_error(error):
    base = next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")
    try:
        text = str(error)
    except Exception:
        text = ""
    return {
        "type": _clean(type(error).__name__, 100),
        "base": base,
        "text": _clean(text, TEXT),
        "missing": missing_name(error),
    }


def _unpack_error(about):
    """Return an exception that is caught, and tells, as the one of the other side."""
    base = getattr(builtins, str(about["base"]), Exception)
    if not (isinstance(base, type) and issubclass(base, BaseException)):
        base = Exception
    text, missing = _clean(about["text"], TEXT), about.get("missing")
    members = {"__str__": lambda self: text, "missing": missing and _clean(missing, 100)}
    kind = type(_clean(about["type"], 100), (base,), members)
    try:
        return kind.__new__(kind)
    except TypeError:  # a group of exceptions needs more
        return type(kind.__name__, (Exception,), members)()


def missing_name(error):
    """Return the name that was not defined, if that is what lies behind an error."""
    while error is not None:
        name = error.name if type(error) is NameError else getattr(error, "missing", None)
        if isinstance(name, str):
            return _clean(name, 100)
        error = error.__cause__
    return None


def _adopt(here, there):
    """Make an argument what the function has made of its copy."""
    if isinstance(here, np.random.Generator):
        here.bit_generator.state = there.bit_generator.state
        seeds, after = here.bit_generator.seed_seq, there.bit_generator.seed_seq
        seeds.spawn(max(0, min(1000, after.n_children_spawned - seeds.n_children_spawned)))
    elif isinstance(here, np.ndarray):
        if here.shape != np.shape(there):
            here.resize(np.shape(there), refcheck=False)
        here[...] = there
    elif isinstance(here, (list, tuple)):
        if isinstance(here, list) and len(here) != len(there):
            here[:] = there
        for i, (one, other) in enumerate(zip(here, there, strict=False)):
            if isinstance(one, (list, tuple, np.ndarray)):
                _adopt(one, other)
            elif isinstance(here, list):
                here[i] = other
