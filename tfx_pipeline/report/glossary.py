"""The words of the report that a newcomer does not know."""

GLOSSARY = {
    "AVC accuracy": "Audio-visual correspondence: the share of pairs of a picture and one second of "
    "sound of which the model rightly says whether they belong together. Half of the pairs do, so "
    "guessing reaches 0.5.",
    "nDCG@30": "Normalised discounted cumulative gain: how well the 30 nearest sounds of a picture (or "
    "the nearest pictures of a sound) are ordered. 1 means that everything that fits comes first.",
    "cIoU": "Consensus intersection over union: how much the bright part of the heat map and the true "
    "box overlap. The figure is the share of frames in which the overlap is at least one half.",
    "Pointing accuracy": "The share of frames in which the brightest place of the heat map lies on the "
    "thing that sounds.",
    "Pointing in mosaics": "Two pictures stand side by side, and the sound of one of them is heard. The "
    "figure is the share of such mosaics in which the brightest place of the heat map lies in the right "
    "picture. Guessing reaches 0.5.",
    "fires": "The model fires at a sound if it gives the pair a score above one threshold, which 90 % "
    "of the true pairs reach. It should not fire at silence, at noise, or at the sound of something "
    "that is not in the picture.",
    "Universal threshold": "The one score that decides, for all pictures and sounds, whether a model "
    "fires.",
    "Chance": "The value that guessing reaches.",
    "Ceiling": "The largest value that any model could reach on these pairs, where it is known.",
    "Baseline": "A simple method that learns nothing, such as comparing colours or loudness. A model "
    "that is no better has learnt nothing more.",
    "90 % interval": "The values that held-out videos of other scenes would give in 90 of 100 cases. It "
    "grows narrower with more held-out scenes.",
    "Held out": "Not used for training: these videos only judge the model.",
    "Gate": "The step that decides, by the bounds that were asked for, whether a model is pushed.",
    "Pushed": "Copied to the folder from which a model server takes the newest version.",
}
"""Meanings by word, in the order in which they are shown."""
