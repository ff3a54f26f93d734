"""Spaces of layer lists: a printed list of layers in, one symbol a layer out.

A network is a chain: each layer feeds the next.
The layers of a space are part of its name, so that a stranger's archive needs no code.
Settings of layers, such as filters, are no symbols: the encoding that the commons keeps has them.
No graph, no Dask, no files, no tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vinarch.errors import GenomeError
from vinarch.genome.known_layers import KNOWN_LAYERS
from vinarch.genome.printed import is_whole, quote_json, read_json
from vinarch.genome.spaces import NEXT_STEP, Genome, SearchSpace, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

_FORM = "layers[<character>=<layer>,…]"
_NAME = re.compile(r"layers\[(.+)\]", re.DOTALL)
_FORBIDDEN = ":[],="
_ENDS = ("input", "output")
_SEPARATORS = (",", ";", "|", "-", None)
"""None stands for whitespace, as in `str.split`; the hyphen comes late, as names have it too."""

_LONGEST_DRAWN = 10
"""Layers of the longest random list."""


@dataclass(frozen=True)
class LayerSpace(SearchSpace):
    """The space of lists of some layers, of any length.

    Parameters
    ----------
    symbols : tuple of (str, str)
        Character (a letter or digit) and name of each layer.

    Raises
    ------
    GenomeError
        If there are none, a character or a name is there twice, or one of them could not stand in
        the name of the space.

    Examples
    --------
    >>> from vinarch.genome import LayerSpace
    >>> space = LayerSpace((("c", "conv"), ("p", "max pool")))
    >>> space.name
    'layers[c=conv,p=max pool]'
    >>> space.parse("input, conv, conv, max pool, output").flat
    'ccp'
    """

    symbols: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        """Refuse layers that the name of the space could not tell."""
        for character, layer in self.symbols:
            if not (len(character) == 1 and character.isascii() and character.isalnum()):
                raise _name_error("a letter or digit for each layer", repr(character))
            if not layer or not layer.isprintable() or layer != layer.strip():
                raise _name_error("a layer's name in printable characters", repr(layer))
            if set(layer) & set(_FORBIDDEN):
                raise _name_error(
                    "a layer's name without colon, bracket, comma or equals sign", repr(layer)
                )
            if layer in _ENDS:
                raise _name_error("layers between input and output", repr(layer))
        for column in zip(*self.symbols, strict=True):
            twice = [one for one in column if column.count(one) > 1]
            if twice:
                raise _name_error("each character and each layer once", f"{twice[0]!r} twice")
        if not self.symbols:
            raise _name_error("a layer or more", "none")

    @classmethod
    def from_name(cls, name: str) -> LayerSpace:
        """Return the space of a name such as ``layers[c=conv,p=pool]`` or ``chain-layers``.

        Raises
        ------
        GenomeError
            If the name is no such name.

        Examples
        --------
        >>> from vinarch.genome import LayerSpace
        >>> LayerSpace.from_name("chain-layers").meanings
        ('conv3x3-bn-relu', 'conv1x1-bn-relu', 'maxpool3x3')
        """
        if name in KNOWN_LAYERS:
            return cls(KNOWN_LAYERS[name])
        found = _NAME.fullmatch(name)
        if found is None:
            raise _name_error(f"{', '.join(KNOWN_LAYERS)} or {_FORM}", shorten(name))
        parts = [part.partition("=") for part in found[1].split(",")]
        return cls(tuple((character, layer) for character, _, layer in parts))

    @property
    def name(self) -> str:
        """Return the short name of a known space, else the name that lists the layers."""
        for name, symbols in KNOWN_LAYERS.items():
            if symbols == self.symbols:
                return name
        return f"layers[{','.join(f'{character}={layer}' for character, layer in self.symbols)}]"

    @property
    def characters(self) -> str:
        """Return the alphabet: one character a layer."""
        return "".join(character for character, _ in self.symbols)

    @property
    def meanings(self) -> tuple[str, ...]:
        """Return the names of the layers."""
        return tuple(layer for _, layer in self.symbols)

    @property
    def says_all(self) -> bool:
        """Return False: the settings of layers are no symbols."""
        return False

    @property
    def symbol_count(self) -> None:
        """Return None: lists may have any length."""
        return

    def parse(self, text: str) -> Genome:
        """Read a list of layers.

        Parameters
        ----------
        text : str
            Layers separated by one of ``, ; | -`` or whitespace, or a JSON list of layers or of
            objects with the key ``layer``. A first ``input`` and a last ``output`` are dropped.
            Layers are all given by their names, or all by their characters; where a list can be
            read either way, these are names.

        Returns
        -------
        Genome

        Raises
        ------
        GenomeError
            If it is no such list, or names a layer that the space does not have.

        Examples
        --------
        >>> from vinarch.genome import LayerSpace
        >>> space = LayerSpace.from_name("evovis-layers")
        >>> space.parse('[{"layer": "C_2D", "filters": 96}, {"layer": "GAP_2D"}]').flat
        'Cg'
        >>> LayerSpace.from_name("penguin-layers").parse("4-1-3").flat
        '413'
        """
        readings = _readings(text)
        if not readings:
            raise GenomeError(
                "layers",
                "a list separated by one of , ; | - or blanks, or a JSON list of layers",
                shorten(text),
                NEXT_STEP,
            )
        for layers in readings:
            for known in (self.meanings, tuple(self.characters)):
                if all(layer in known for layer in layers):
                    return Genome(self, tuple(map(known.index, layers)))
        known_layers = {*self.meanings, *self.characters}
        strange = [[one for one in layers if one not in known_layers] for layers in readings]
        # The separator that was meant, if there is one, leaves the fewest layers unknown.
        fewest = min(strange[1:] or strange, key=len)
        raise GenomeError(
            "layers",
            f"names or characters of {', '.join('='.join(pair) for pair in self.symbols)}",
            shorten(fewest[0]) if fewest else f"a mixture of both: {shorten(text)}",
            NEXT_STEP,
        )

    def print_genome(self, genome: Genome) -> str:
        """Write a list as the names of its layers with commas between; an empty one as ``[]``."""
        meanings = self.meanings
        return ",".join(meanings[symbol] for symbol in genome.symbols) or "[]"

    def canonical_form(self, genome: Genome) -> str:
        """Return the flattened list: a chain can be written in one way only."""
        return genome.flat

    def sample(self, rng: np.random.Generator) -> Genome:
        """Draw a length from 1 to 10 and each layer, all with equal odds.

        The lists of a source's own search may follow further rules, which are not known here.
        """
        length = int(rng.integers(1, _LONGEST_DRAWN + 1))
        return Genome(self, tuple(rng.integers(0, len(self.symbols), length).tolist()))


def _name_error(expected: str, got: str) -> GenomeError:
    return GenomeError("search space", expected, got, f"Name it {_FORM}.")


def _readings(text: str) -> list[list[str]]:
    """Return the lists of layers that a text may mean, the first without a separator."""
    stripped = text.strip()
    if stripped.startswith("["):
        return _from_json(stripped)
    if not stripped:
        return []
    split = [[part.strip() for part in stripped.split(separator)] for separator in _SEPARATORS]
    several = [layers for layers in split if len(layers) > 1]
    return [_without_ends(layers) for layers in ([stripped], *several)]


def _from_json(text: str) -> list[list[str]]:
    value = read_json(text)
    if not isinstance(value, list):
        return []
    layers = [_layer_of(one) for one in value]
    return [_without_ends(layers)]


def _layer_of(one: Any) -> str:
    layer = one.get("layer") if isinstance(one, dict) else one
    if isinstance(layer, str):
        return layer.strip()
    return str(layer) if is_whole(layer) else quote_json(one)


def _without_ends(layers: Sequence[str]) -> list[str]:
    first = 1 if layers and layers[0] == _ENDS[0] else 0
    last = -1 if len(layers) > first and layers[-1] == _ENDS[1] else None
    return list(layers[first:last])
