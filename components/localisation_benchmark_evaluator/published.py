"""What others reached on the benchmarks, to stand beside our figures."""

from __future__ import annotations

_LOOK = "the authors' README"

PUBLISHED: dict[str, tuple[tuple[str, str, float, str], ...]] = {
    "Flickr-SoundNet": (
        ("EZ-VSL with object guidance, trained on Flickr 10k", "cIoU@0.5", 0.8193, _LOOK),
        ("EZ-VSL with object guidance, trained on VGGSound 144k", "cIoU@0.5", 0.8394, _LOOK),
        ("EZ-VSL with object guidance, trained on VGGSound 144k", "AUC", 0.6360, _LOOK),
        ("SSL-Align, self-supervised encoders, Flickr 144k", "cIoU@0.5", 0.8480, _LOOK),
        ("SSL-Align, supervised encoders, Flickr 144k", "cIoU@0.5", 0.8520, _LOOK),
        ("SLAVC, VGGSound 144k, extended set", "AP", 0.5163, _LOOK),
        ("SLAVC, VGGSound 144k, extended set", "max-F1", 0.5910, _LOOK),
        ("SLAVC, VGGSound 144k, extended set", "LocAcc", 0.8360, _LOOK),
    ),
    "VGG-SS": (
        ("EZ-VSL with object guidance, trained on VGGSound 144k", "cIoU@0.5", 0.3885, _LOOK),
        ("EZ-VSL with object guidance, trained on VGGSound 144k", "AUC", 0.3954, _LOOK),
        ("SSL-Align, self-supervised encoders, VGGSound 144k", "cIoU@0.5", 0.3916, _LOOK),
        ("SSL-Align, supervised encoders, VGGSound 144k", "cIoU@0.5", 0.3994, _LOOK),
        ("SLAVC, VGGSound 144k, extended set", "AP", 0.3295, _LOOK),
        ("SLAVC, VGGSound 144k, extended set", "max-F1", 0.4000, _LOOK),
        ("SLAVC, VGGSound 144k, extended set", "LocAcc", 0.3779, _LOOK),
    ),
}
"""By benchmark: model, metric, value and source. All these networks were initialised from others
that had learned from labelled or many more pictures; the numbers of clips they were measured on
differ from paper to paper."""
