"""The layers of the layer-list spaces that have a short name: a table, character and name each.

References
----------
`evovis-layers`: the search space of EvoVis's example run; its own sequences give the characters
of the layers that occur in them, the others are chosen here.
`penguin-layers`: the codes in the column ``layer_types`` of Keller Rorabaugh et al., High frequency
accuracy and loss data of random neural networks trained on image datasets, Data in Brief 2022.
`chain-layers`: the operations of NAS-Bench-101.
"""

from __future__ import annotations

KNOWN_LAYERS: dict[str, tuple[tuple[str, str], ...]] = {
    "chain-layers": (
        ("c", "conv3x3-bn-relu"),
        ("k", "conv1x1-bn-relu"),
        ("m", "maxpool3x3"),
    ),
    # EvoVis writes r and t for residual and bottleneck blocks whose skip connection is off: that
    # is a setting, not a type, so they are R and T here.
    "evovis-layers": (
        ("C", "C_2D"),
        ("D", "DC_2D"),
        ("R", "RES_2D"),
        ("T", "BOT_2D"),
        ("M", "MP_2D"),
        ("A", "AP_2D"),
        ("B", "BN_2D"),
        ("I", "IN_2D"),
        ("L", "R_2D"),
        ("G", "GMP_2D"),
        ("g", "GAP_2D"),
        ("O", "DO"),
        ("F", "D"),
        ("S", "Rescaling"),
        ("P", "STFT"),
        ("N", "MAG"),
        ("c", "C_1D"),
        ("d", "DC_1D"),
        ("m", "MP_1D"),
        ("a", "AP_1D"),
        ("b", "BN_1D"),
        ("i", "IN_1D"),
        ("l", "R_1D"),
        ("H", "GMP_1D"),
        ("h", "GAP_1D"),
    ),
    # What the codes mean is published nowhere that vinarch reads. The tables tell that each code
    # has a convolution, that 3 has a pooling as well, and that 1 and 4 have none.
    "penguin-layers": tuple((code, code) for code in "0123456789"),
}
