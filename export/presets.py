"""Every preset in one table: what to train, on which data, how wide, how long.

Each preset has a `cpu` row (good enough to ship, measured on 2 CPU cores) and a `gpu` row (wider and longer,
for CUDA with bf16). Every option can be read back from the options.json that a training run writes.
"""

from export.errors import ExportError

GAN = {
    "family": "gan",
    "z_size": 64,
    "w_size": 128,
    "widths": (128, 64),  # channels at 7x7 and at 14x14; the last step to 28x28 is a pixel shuffle
    "batch": 64,
    "learning_rate": (4e-4, 4e-5),  # every pair: its value at the start and at the end of the budget
    "beta2": (0.9, 0.99),
    "gamma": (0.5, 0.05),
    "penalty_share": 0.125,  # part of each batch on which R1 and R2 are measured
    "ema_half_life": (0.0, 0.025),  # as a share of all images of the run
    "augment": (0.0, 0.3),
    "flip": False,
}
GAN_GPU = {"widths": (384, 192), "batch": 256, "minutes": 20, "learning_rate": (2e-4, 5e-5), "penalty_share": 0.5}
ICONS = {
    "family": "icons",
    "widths": (64, 128, 192),  # channels at 16x16, 8x8 and 4x4
    "encoder_blocks": (1, 2, 1),
    "decoder_blocks": (3, 3, 2),
    "cell": 24,  # numbers of the latent at each of the 4x4 places
    "batch": 128,
    "learning_rate": (1.2e-3, 0.0),
    "weight_decay": 0.01,
    "clip": 1.0,  # norm of the gradient
    "kl_weight": 2e-4,
    "ema_half_life": (0.0, 0.01),
}
ICON_FLOW = {
    "family": "icon_flow",
    "autoencoder": "icons",  # the run whose latents it learns
    "width": 512,
    "hidden": 1024,
    "blocks": 4,
    "condition": 192,  # numbers of what time, words, style and set become
    "batch": 1024,
    "learning_rate": (1e-3, 0.0),
    "weight_decay": 0.01,
    "clip": 1.0,
    "ema_half_life": (0.0, 0.01),
    "spread": 0.3,  # of the posteriors: how far around their means the flow is trained
    "forget": {"all": 0.1, "word": 0.1, "style": 0.1, "source": 0.4},  # shares of the conditions that are left out
    "guidance": 4.0,
    "steps": 12,
}
ICONS_GPU = {"widths": (128, 256, 384), "batch": 256, "minutes": 20}
DCGAN = {"family": "dcgan", "z_size": 100, "widths": (128, 64), "batch": 128, "learning_rate": (2e-4, 2e-4)}
VAE = {
    "family": "vae",
    "latent": 32,
    "widths": (128, 32),
    "hidden": 192,
    "batch": 64,
    "learning_rate": (3e-3, 0.0),
    "weight_decay": 0.01,
    "clip": 1000.0,  # norm of the gradient, in nats
    "beta": 1.0,
    "kl_warm_up": 0.02,  # share of the budget
    "grey": 0.25,  # share of each batch that is not binarised
    "ema_half_life": (0.0, 0.01),
    "prior": (8, 96),  # couplings of the flow and width of their nets
    "prior_steps": 8000,
}
VAE_MAP = {"latent": 2, "prior": (12, 64)}
VAE_GPU = {"widths": (256, 128), "batch": 256, "minutes": 15, "learning_rate": (2e-3, 0.0)}
CLASSIFIER = {
    "family": "classifier",
    "widths": (32, 64, 128),
    "batch": 128,
    "learning_rate": (3e-3, 0.0),
    "weight_decay": 0.01,
    "ema_half_life": (0.0, 0.02),
    "rotate": 10.0,
    "shift": 2.0,
    "zoom": 0.1,
    "flip": False,
    "erase": 0.0,  # share of the pictures that lose a rectangle
    "held_out": 5000,  # pictures of the training split kept back, on which the temperature is fitted
}
FEATURES = {
    "family": "features_net",
    "widths": (32, 64, 128),  # channels at 14x14 and twice at 7x7
    "batch": 128,
    "minutes": 10,
    "learning_rate": (2e-3, 0.0),
    "weight_decay": 0.01,
    "ema_half_life": (0.0, 0.02),
    "clean_share": 0.1,  # pictures that are not corrupted at all
}
DENOISER = {
    "family": "denoiser",
    "dataset": "photos",
    "channels": 3,
    "widths": (32, 64, 128),  # channels at half, a quarter and an eighth of the resolution
    "blocks": 2,
    "batch": 16,
    "minutes": 240,
    "learning_rate": (1e-3, 1e-6),
    "weight_decay": 0.0,
    "clip": 1.0,
    "ema_half_life": (0.005, 0.005),
    "patches": ((0.0, 64), (0.5, 96), (0.8, 128)),  # from which share of the budget, side in pixels
    "sigma": (0.0, 55.0),  # of Gaussian noise, in 8-bit steps
    "loss": "charbonnier",  # or "log", the last steps towards PSNR (denoiser.log_error)
    "real_share": 0.2,  # pictures with the noise of cameras and JPEG instead (export/noise.py)
}
DENOISER_GPU = {"batch": 64, "minutes": 25}
INPAINTER = {
    **{key: DENOISER[key] for key in ("widths", "blocks", "batch", "weight_decay", "clip", "ema_half_life")},
    "family": "inpainter",
    "dataset": "photos",
    "channels": 3,
    "minutes": 60,
    "learning_rate": (7e-4, 1e-6),
    "patches": ((0.0, 64), (0.6, 96)),
    "covered": (0.02, 0.3),  # share of a patch that is brushed over
}
UPSCALER = {
    "family": "upscaler",
    "dataset": "photos",
    "scale": 2,
    "width": 32,
    "layers": 5,
    "hidden": 128,  # channels between the 3x3 and the 1x1 that are one 3x3 in the end
    "batch": 16,
    "minutes": 30,
    "learning_rate": (1e-3, 1e-6),
    "weight_decay": 0.0,
    "clip": 1.0,
    "ema_half_life": (0.005, 0.005),
    "patch": 96,  # side in pixels of the large picture
}
DIGIT_DENOISER = {
    **VAE,
    "family": "denoising_vae",
    "dataset": "mnist",
    "minutes": 20,
    "learning_rate": (1e-3, 0.0),
    "beta": 0.1,  # it is to restore, not to sample
    "clean_share": 0.1,  # pictures that are not corrupted at all
}
FASHION_CLASSIFIER = {
    **CLASSIFIER,
    "dataset": "fashion-mnist",
    "widths": (48, 96, 192),
    "weight_decay": 0.05,
    "rotate": 0.0,
    "shift": 1.0,
    "zoom": 0.05,
    "flip": True,
    "erase": 0.5,
}

GPT = {
    "family": "gpt",
    "mixture": None,  # rows of each batch a kind of text has, or None: all text as it lies
    "learning_rate": {"muon": 0.02, "adam": 4e-3},  # the peak
    "warm_up": 0.02,  # shares of the budget: the rate rises until here
    "decay_from": 0.5,  # and falls to 0 from here
    "weight_decay": 0.1,
    "clip": 1.0,
    "soft_cap": 15.0,
    "ema_half_life": (0.002, 0.004),
}
LSTM = {
    "family": "lstm",
    "mixture": None,
    "learning_rate": {"adam": 4e-3},
    "warm_up": 0.02,
    "decay_from": 0.3,
    "weight_decay": 0.01,
    "clip": 1.0,
    "ema_half_life": (0.002, 0.004),
}
SHAKESPEARE = {"dataset": "shakespeare", "context": 256, "batch": 32, "part": 8, "dropout": 0.15}
SHAKESPEARE_GPT = {**GPT, **SHAKESPEARE, "width": 256, "layers": 6, "heads": 4, "hidden": 1024}
SHAKESPEARE_LSTM = {**LSTM, **SHAKESPEARE, "part": 32, "width": 544, "layers": 2, "dropout": 0.3}
GPU_TEXT = {"tokens": 0, "minutes": 5}
WRITER = {
    "dataset": "writing",
    "context": 512,
    "batch": 32,
    "part": 4,
    "mixture": {"prose": 18, "software": 8, "gloss": 6},
    "dropout": 0.0,
}
WRITER_GPT = {**GPT, **WRITER, "width": 320, "layers": 8, "heads": 5, "hidden": 1152}
WRITER_LSTM = {**LSTM, **WRITER, "part": 32, "width": 704, "layers": 2}

PRESETS = {
    "digits-gan": {
        "cpu": {**GAN, "dataset": "mnist", "minutes": 60},
        "gpu": {**GAN, "dataset": "mnist", **GAN_GPU},
    },
    "fashion-gan": {
        "cpu": {**GAN, "dataset": "fashion-mnist", "minutes": 70, "flip": True},
        "gpu": {**GAN, "dataset": "fashion-mnist", "flip": True, **GAN_GPU},
    },
    "digits-dcgan": {
        "cpu": {**DCGAN, "dataset": "mnist", "minutes": 15},
        "gpu": {**DCGAN, "dataset": "mnist", "minutes": 5},
    },
    "digits-vae": {
        "cpu": {**VAE, "dataset": "mnist", "minutes": 60},
        "gpu": {**VAE, "dataset": "mnist", **VAE_GPU},
    },
    "digits-map": {
        "cpu": {**VAE, "dataset": "mnist", "minutes": 28, **VAE_MAP},
        "gpu": {**VAE, "dataset": "mnist", **VAE_GPU, **VAE_MAP},
    },
    "fashion-vae": {
        "cpu": {**VAE, "dataset": "fashion-mnist", "minutes": 55, "grey": 1.0, "beta": 0.5},
        "gpu": {**VAE, "dataset": "fashion-mnist", "grey": 1.0, "beta": 0.5, **VAE_GPU},
    },
    "digits-classifier": {
        "cpu": {**CLASSIFIER, "dataset": "mnist", "minutes": 7},
        "gpu": {**CLASSIFIER, "dataset": "mnist", "minutes": 3},
    },
    "fashion-classifier": {
        "cpu": {**FASHION_CLASSIFIER, "minutes": 60},
        "gpu": {**FASHION_CLASSIFIER, "minutes": 6},
    },
    "digits-features": {
        "cpu": {**FEATURES, "dataset": "mnist"},
        "gpu": {**FEATURES, "dataset": "mnist", "minutes": 3},
    },
    "fashion-features": {
        "cpu": {**FEATURES, "dataset": "fashion-mnist"},
        "gpu": {**FEATURES, "dataset": "fashion-mnist", "minutes": 3},
    },
    "photo-denoise": {
        "cpu": DENOISER,
        "gpu": {**DENOISER, **DENOISER_GPU},
    },
    "photo-denoise-grey": {
        "cpu": {**DENOISER, "channels": 1},
        "gpu": {**DENOISER, **DENOISER_GPU, "channels": 1},
    },
    "photo-inpaint": {
        "cpu": INPAINTER,
        "gpu": {**INPAINTER, "batch": 64, "minutes": 15},
    },
    "photo-upscale-x2": {
        "cpu": UPSCALER,
        "gpu": {**UPSCALER, "batch": 64, "minutes": 10},
    },
    "digits-denoise": {
        "cpu": DIGIT_DENOISER,
        "gpu": {**DIGIT_DENOISER, "batch": 256, "minutes": 5},
    },
    "icons": {
        "cpu": {**ICONS, "dataset": "icons", "minutes": 40},
        "gpu": {**ICONS, **ICONS_GPU, "dataset": "icons"},
    },
    "icons-flow": {
        "cpu": {**ICON_FLOW, "dataset": "icons", "minutes": 48},
        "gpu": {**ICON_FLOW, "dataset": "icons", "minutes": 20, "width": 768, "hidden": 1536, "batch": 2048},
    },
    "shakespeare-chars": {
        "cpu": {**SHAKESPEARE_GPT, "tokens": 10_000_000, "minutes": 60},
        "gpu": {**SHAKESPEARE_GPT, "part": 32, "width": 384, "heads": 6, "hidden": 1536, "dropout": 0.2} | GPU_TEXT,
    },
    "shakespeare-lstm": {
        "cpu": {**SHAKESPEARE_LSTM, "tokens": 0, "minutes": 90},
        "gpu": {**SHAKESPEARE_LSTM, **GPU_TEXT},
    },
    "writer-small": {
        "cpu": {**WRITER_GPT, "tokens": 64_000_000, "minutes": 360},
        "gpu": {**WRITER_GPT, "part": 32, "tokens": 300_000_000, "minutes": 25},
    },
    "writer-lstm": {
        "cpu": {**WRITER_LSTM, "tokens": 0, "minutes": 360},
        "gpu": {**WRITER_LSTM, "tokens": 0, "minutes": 25},
    },
}

TITLES = {
    "digits-gan": "Digits",
    "fashion-gan": "Clothing",
    "digits-dcgan": "Digits, classic DCGAN",
    "digits-vae": "Digits, autoencoder",
    "fashion-vae": "Clothing, autoencoder",
    "digits-map": "Digits, on a map",
    "digits-classifier": "Which digit?",
    "fashion-classifier": "Which garment?",
    "photo-denoise": "Clean photographs",
    "photo-denoise-grey": "Clean grey pictures",
    "photo-inpaint": "Scratches filled in",
    "photo-upscale-x2": "Twice as large",
    "digits-denoise": "Clean digits",
    "icons": "Icons",
    "shakespeare-chars": "Shakespeare, letter by letter",
    "writer-small": "Small writer",
}


def preset_options(name: str, *, row: str) -> dict:
    """A copy of one row of the table."""
    if name not in PRESETS:
        raise ExportError(f"There is no preset {name!r}; the table has {', '.join(PRESETS)}.")
    return dict(PRESETS[name][row])
