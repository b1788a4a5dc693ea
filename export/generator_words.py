"""One sentence on each figure of a generator: what it is, and its source."""

from export import generator_scores as scores

_ABOUT = {
    scores.INCEPTION: "exp of the mean KL from the classifier's answer to its mean answer (Salimans et al. 2016), "
    "mean over 10 splits and its standard error; at most the number of classes",
    scores.ACCURACY: "share of the samples in which the classifier sees the class that was asked for",
    scores.CONFIDENT: "share of the samples in which the classifier gives some class more than 0.9",
    scores.BALANCE: "1 minus the total variation distance of the classes seen to those of the test split",
    scores.FRECHET: "between Gaussians of the features (Heusel et al. 2017); not an FID, which has other features",
    scores.KERNEL: "unbiased squared MMD, kernel (x.y / d + 1)^3 (Bińkowski et al. 2018), mean over 100 subsets of "
    "1,000 and its standard error, their deviation over the root of how many there are that share no picture",
    scores.SLICED: "W2 along 1,000 random directions, root of the mean square (Bonneel et al. 2015)",
    scores.DENSITY: "in how many balls around real pictures, reaching to their 5th neighbour, a sample lies, over 5 "
    "(Naeem et al. 2020); above the real one where samples crowd typical places",
    scores.COVERAGE: "share of real pictures in whose ball to their 5th neighbour a sample lies (Naeem et al. 2020)",
    scores.COPIES: "share of 1,000 samples less than half as far from their nearest training picture as that lies from "
    "the training picture nearest to it, in pixels after the best shift by up to 2",
    scores.NEARER: "the same with nearer at all in the place of half as far; far below that of real pictures where "
    "samples are unlike any, above it where they follow training pictures closely or are soft, so nearer to all",
}
_LIMIT = "a line over 1/N through 4 numbers of samples, at N without end (Chong and Forsyth 2020)"


def note_of(name: str, *, count: int) -> str:
    if name.startswith(scores.EXTRAPOLATED):
        return _LIMIT
    about = next(words for what, words in _ABOUT.items() if name.startswith(what))
    return about if name in (scores.COPIES, scores.NEARER) else f"{about}; {count:,} samples"
