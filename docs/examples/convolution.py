"""A small convolutional network on scikit-learn's digits: accuracy against size and MACs."""

from moo_jsc import Choice, FunctionProblem, Objective, SearchSpace, register_problem

PIXELS, CLASSES, TRAINED = 8, 10, 1200


def sizes(design):
    """Return parameters and multiplications of one image, known without training."""
    channels, kernel = design["channels"], design["kernel"]
    side = PIXELS - kernel + 1
    left = channels * (side // design["pool"]) ** 2
    return {
        "parameters": channels * (kernel**2 + 1) + (left + 1) * CLASSES,
        "macs": channels * kernel**2 * side**2 + left * CLASSES,
    }


def trained(design):
    """Train one design; a pool that is larger than what is left of the image fails."""
    import torch
    from sklearn.datasets import load_digits
    from torch import nn

    digits = load_digits()
    images = torch.tensor(digits.images[:, None] / 16, dtype=torch.float32)
    labels = torch.tensor(digits.target)
    side = (PIXELS - design["kernel"] + 1) // design["pool"]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = nn.Sequential(
            nn.Conv2d(1, design["channels"], design["kernel"]),
            nn.ReLU(),
            nn.MaxPool2d(design["pool"]),
            nn.Flatten(),
            nn.Linear(design["channels"] * side**2, CLASSES),
        )
        optimizer = torch.optim.Adam(network.parameters(), lr=0.03)
        for _ in range(8):
            for rows in torch.randperm(TRAINED).split(100):
                optimizer.zero_grad()
                nn.functional.cross_entropy(network(images[rows]), labels[rows]).backward()
                optimizer.step()
    with torch.inference_mode():
        right = network(images[TRAINED:]).argmax(dim=1) == labels[TRAINED:]
    return {"accuracy": float(right.float().mean()), **sizes(design)}


register_problem(
    FunctionProblem(
        SearchSpace(
            "convolution",
            (
                Choice("channels", (1, 2, 4, 8)),
                Choice("kernel", (1, 3, 5, 7)),
                Choice("pool", (1, 2, 4)),
            ),
        ),
        (
            Objective(name="accuracy", unit="1", sense="max"),
            Objective(name="parameters", unit="1", sense="min", known=True),
            Objective(name="macs", unit="MACs", sense="min", known=True),
        ),
        trained,
        known=sizes,
        packages=("numpy", "torch", "scikit-learn"),
    )
)
