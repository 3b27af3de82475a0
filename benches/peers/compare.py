"""Runs the peers and bmm in turn on the same data from the same start, and writes RESULTS.md.

Called by `run`, which sets everything up. Every number is the median over rounds; in a round the programs follow one
another, so that a slow moment of the machine meets them all. Ratios are peer / bmm.

Some environments tell OpenBLAS which kernels to use (OPENBLAS_CORETYPE). Peers then run with the ones that it chooses by
itself, which are as fast or faster; only the first table shows the others beside them.
"""
import argparse, datetime, gzip, json, os, pathlib, platform, shutil, statistics, subprocess, sys, tempfile, time

# What the environment tells OpenBLAS, taken out of it.
PRESET = {name: os.environ.pop(name) for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE") if name in os.environ}
HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
BMM, OURS = "target/release/bmm", "target/release/examples/peer"


def idle():
    """Waits up to three minutes for building and installing to fade from the load average, and returns it."""
    until = time.monotonic() + 180
    while os.getloadavg()[0] > 0.4 and time.monotonic() < until:
        time.sleep(2)
    return os.getloadavg()[0]


LOAD = idle()


def parse():
    a = argparse.ArgumentParser()
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--quick", action="store_true", help="one round, the small sizes only: to see that everything runs")
    a.add_argument("--peers", default="../shared/peers")
    a.add_argument("--images", default="../shared/data/mnist/train-images-idx3-ubyte.gz")
    a = a.parse_args()
    a.rounds = 1 if a.quick else a.rounds
    return a


def call(command, threads, **env):
    """The JSON that a command prints, and its wall seconds as a process."""
    pinned = {name: str(threads) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    began = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **pinned, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wall = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout), wall


def in_turn(rounds, commands):
    """For each command a list with one (JSON, wall seconds) for each round; commands are (argv, threads, environment)."""
    results = [[] for _ in commands]
    for _ in range(rounds):
        for result, (command, threads, *env) in zip(results, commands):
            result.append(call(command, threads, **dict(*env)))
    return results


def median(runs, key):
    return statistics.median(run[key] for run, _ in runs)


def wall(runs):
    return statistics.median(seconds for _, seconds in runs)


class Report:
    def __init__(self):
        self.lines = []

    def text(self, *lines):
        self.lines += lines

    def table(self, head, rows, commands):
        self.lines += ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
        self.lines += ["| " + " | ".join(row) + " |" for row in rows]
        self.lines += [""] + [f"- `{command}`" for command in commands]


def shown(command):
    """A command as one would type it in the project's folder."""
    return " ".join(command).replace(sys.executable, "target/peers/bin/python").replace(f"{TOP}/", "")


def machine():
    cpus = pathlib.Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    model = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")] or [platform.processor()]
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    import numpy, threadpoolctl
    blas = threadpoolctl.threadpool_info()[0]
    return [
        f"- {os.cpu_count()} x {model[0]}, {platform.system()} {platform.machine()}; load average before: {LOAD:.2f}"
        + (" (**not idle: do not trust these numbers**)" if LOAD > 0.5 else ""),
        f"- {rustc}; bmm at {commit}; Python {platform.python_version()}, NumPy {numpy.__version__}, "
        f"OpenBLAS {blas['version']} with its {blas['architecture']} kernels",
        f"- {datetime.date.today().isoformat()}",
    ]


def one_iteration(a, report, numpy_em):
    preset = PRESET.get("OPENBLAS_CORETYPE")
    report.text("", "## One EM iteration", "",
                "Milliseconds over the first 20 iterations from the same start, both from a mixture to the next one; NumPy in float32. bmm's",
                "first two or three iterations are slower than the later ones, because a random start leaves every row undecided:",
                "hence the mean beside the median. Trajectories at K = 500 part early: components begin nearly alike, and rounding decides.")
    if preset:
        report.text("", f"This environment presets OPENBLAS_CORETYPE={preset} and so slower kernels than OpenBLAS would choose for this processor;",
                    f"NumPy as it is run here by default stands under \"NumPy, {preset}\".")
    rows, commands = [], []
    for k in (10, 100) if a.quick else (10, 100, 500):
        for threads in (1, 2):
            peer = [*numpy_em, "--k", str(k), "--iterations", "20"]
            ours = [OURS, a.images, "--k", str(k), "--iterations", "20", "--threads", str(threads)]
            # A tenth of a second each: more rounds, for a median that one slow moment does not move.
            rounds = a.rounds * (3 if k == 10 and not a.quick else 1)
            runs = in_turn(rounds, [(ours, threads), (peer, threads)] + [(peer, threads, PRESET)] * bool(preset))
            rows.append([str(k), str(threads), *compared(*runs)])
            commands += [f"OPENBLAS_NUM_THREADS={threads} {shown(peer)}", shown(ours)]
    if preset:
        commands.append(" ".join(f"{name}={value}" for name, value in PRESET.items()) + " before the former, for the last columns")
    head = ["K", "threads", "bmm median", "NumPy median", "ratio", "bmm mean", "NumPy mean", "ratio", "scores differ by (nats per image)"]
    report.table(head + [f"NumPy, {preset}, median", "ratio"] * bool(preset), rows, commands)


def compared(mine, theirs, *preset):
    """Medians and means (ms) of bmm's and a peer's iterations, with their ratios."""
    m, t, *p = (median(runs, "ms_per_iteration_median") for runs in (mine, theirs, *preset))
    mean_m, mean_t = (1e3 * median(runs, "seconds") / 20 for runs in (mine, theirs))
    differ = abs(theirs[0][0]["score"] - mine[0][0]["score"])
    cells = [f"{m:.2f}", f"{t:.1f}", f"**{t / m:.1f}**", f"{mean_m:.2f}", f"{mean_t:.1f}", f"{mean_t / mean_m:.1f}", f"{differ:.0e}"]
    return cells + [cell for p in p for cell in (f"{p:.1f}", f"**{p / m:.1f}**")]


def stepmix(a, report):
    peer = [sys.executable, f"{a.peers}/stepmix_em.py", a.images, "--k", "10", "--iterations", "10"]
    ours = [OURS, a.images, "--k", "10", "--iterations", "20", "--threads", "2"]
    theirs, mine = in_turn(min(a.rounds, 3), [(peer, 2), (ours, 2)])
    t, m = median(theirs, "ms_per_iteration_median"), median(mine, "ms_per_iteration_median")
    report.text("", "## StepMix", "", "One EM iteration, K = 10, 2 threads, from StepMix's own random start.")
    report.table(["StepMix ms", "bmm ms", "ratio"], [[f"{t:.1f}", f"{m:.2f}", f"**{t / m:.1f}**"]], [shown(peer), shown(ours)])


def same_score(a, report, numpy_em):
    report.text("", "## From the same start to the same score", "",
                "The target is the lower one of two scores, less 1e-5: where plain EM converges in bmm (an iteration gains less than",
                "1e-8 nats per image), and what NumPy's float32 reaches in as many iterations. NumPy's seconds are those of its",
                "iterations alone; bmm's run from packed rows to the score, listing included.")
    rows, commands, targets = [], [], {}
    for k in (10,) if a.quick else (10, 100):
        rounds = 1 if a.quick or k > 10 else 3
        target = targets[k] = common_limit(a, numpy_em, k) - 1e-5
        for threads in (1, 2):
            peer = [*numpy_em, "--k", str(k), "--iterations", "3000", f"--to-score={target:.7f}"]
            ours = [OURS, a.images, "--k", str(k), "--iterations", "3000", f"--to-score={target:.7f}", "--threads", str(threads)]
            theirs, mine, plain = in_turn(rounds, [(peer, threads), (ours, threads), (ours + ["--plain"], threads)])
            t, m, p = (median(runs, "seconds") for runs in (theirs, mine, plain))
            n, i, j = (runs[0][0]["iterations"] for runs in (theirs, mine, plain))
            reached = min(runs[0][0]["score"] for runs in (theirs, mine)) >= target
            ratio = f"**{t / m:.1f}**" if reached else "not reached"
            rows.append([str(k), str(threads), f"{target:.5f}", f"{t:.2f} ({n})", f"{p:.3f} ({j})", f"{m:.3f} ({i})", ratio])
            commands += [f"OPENBLAS_NUM_THREADS={threads} {shown(peer)}", shown(ours)]
    report.table(["K", "threads", "score", "NumPy s (iterations)", "bmm, plain EM", "bmm", "ratio"], rows, commands)
    return targets


def common_limit(a, numpy_em, k):
    """The lower one of where plain EM ends in bmm and what NumPy reaches in as many iterations, from the common start."""
    folder = start_model(a, k)
    with tempfile.TemporaryDirectory() as out:
        command = [BMM, "train", "--data", a.images, "--from", folder, "--tol", "1e-8", "--max-iter", "3000",
                   "--no-accelerate", "--out", f"{out}/run", "--json", "--quiet"]
        ours = call(command, 2)[0]
    theirs = call([*numpy_em, "--k", str(k), "--iterations", str(ours["n_iter"])], 2)[0]
    return min(ours["score"], theirs["score"])


def start_model(a, k):
    """A model file of the start that numpy_em.py uses."""
    folder = pathlib.Path("target/peers") / f"start-k{k}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    means = [[0.25 + 0.5 * ((i * 2654435761 & 0xFFFFFFFF) / 2**32) for i in range(c * 784 + 1, c * 784 + 785)] for c in range(k)]
    file = folder.with_suffix(".json")
    file.write_text(json.dumps({"weights": [1 / k] * k, "means": means, "height": 28, "width": 28}))
    subprocess.run([BMM, "import", str(file), "--out", str(folder), "--force", "--quiet"], check=True)
    return str(folder)


def whole_process(a, report, numpy_em, target):
    report.text("", "## The whole process, K = 10", "",
                "`bmm train` from the raw MNIST folder to the last PNG, 2 threads, one start; and NumPy's script as a whole process, reading",
                "the compressed file of the training images, from the same start to the same score (that of the section before, or bmm's if that is lower).")
    raw = "target/peers/mnist"
    unpack(pathlib.Path(a.images).parent, raw)
    base = [BMM, "--threads", "2", "train", "--k", "10", "--data", raw, "--out", "target/peers/run", "--force", "--json", "--quiet"]
    ours, free = base + ["--from", start_model(a, 10)], base + ["--n-init", "1"]
    goal = min(target, call(ours, 2)[0]["score"])
    peer = [*numpy_em, "--k", "10", "--iterations", "3000", f"--to-score={goal:.7f}"]
    theirs, mine, alone = in_turn(a.rounds, [(peer, 2), (ours, 2), (free, 2)])
    rows = []
    for name, runs in (("from the common start", mine), ("`--n-init 1`", alone)):
        parts = [statistics.median(run["seconds"][part] for run, _ in runs) for part in ("load", "fit", "write")]
        ratio = f"**{wall(theirs) / wall(runs):.1f}**" if runs is mine else ""
        rows.append([name, f"{runs[0][0]['score']:.5f}", f"{wall(runs):.3f}", *(f"{p:.3f}" for p in parts), f"{parts[0] / wall(runs):.2f}", ratio])
    rows.append(["NumPy", f"{theirs[0][0]['score']:.5f}", f"{wall(theirs):.2f}", "", "", "", "", ""])
    report.table(["", "score", "wall s", "load s", "fit s", "write s", "load / wall", "ratio"], rows, [shown(ours), shown(free), shown(peer)])


def whole_commands(a, report, numpy_em, targets):
    """What a user waits for: each program with its defaults, from the images to the last file."""
    report.text("", "## Whole commands", "",
                "Each program as a process of its own, with its defaults and 2 threads, from the files of images to its end. bmm reads raw",
                "files and writes the run folder. It searches until the best optimum is confirmed or its budget is spent; the others run one",
                "start, NumPy's script to where it converges. Scores are nats per image of the training images; that of k-means is of the",
                "mixture that its clusters make.")
    rows, commands = [], []
    for k in (10,) if a.quick else (10, 100):
        seeds = range(1, 2 if a.quick else 6)
        mine = [[BMM, "--threads", "2", "train", "--k", str(k), "--seed", str(seed), "--data", "target/peers/mnist",
                 "--out", "target/peers/run", "--force", "--json", "--quiet"] for seed in seeds]
        others = [("NumPy, one start", [*numpy_em, "--k", str(k), "--iterations", "3000", f"--to-score={targets[k]:.7f}"])]
        script = [sys.executable, "benches/peers/others.py"]
        others.append(("scikit-learn KMeans", [*script, "kmeans", a.images, "--k", str(k)]))
        if k == 10 and not a.quick:
            others.append(("StepMix, one start", [*script, "stepmix", a.images, "--k", str(k)]))
        ours = [run for command in mine for run in in_turn(1, [(command, 2)])[0]]
        rows.append([str(k), "**bmm**", f"{median(ours, 'score'):.3f}", f"**{wall(ours):.2f}**", ""])
        commands.append(shown(mine[0]))
        for name, command in others:
            runs = in_turn(1 if k > 10 or "StepMix" in name else min(a.rounds, 3), [(command, 2)])[0]
            rows.append([str(k), name, f"{median(runs, 'score'):.3f}", f"{wall(runs):.2f}", f"**{wall(runs) / wall(ours):.1f}**"])
            commands.append(shown(command))
    report.table(["K", "program", "score", "wall s", "times bmm's"], rows, commands)


def unpack(source, target):
    os.makedirs(target, exist_ok=True)
    for file in pathlib.Path(source).glob("*.gz"):
        with gzip.open(file) as packed, open(f"{target}/{file.stem}", "wb") as raw:
            shutil.copyfileobj(packed, raw)


def scaling(a, report):
    report.text("", "## Growth", "", "Milliseconds of one EM iteration of bmm, median of 20 (10 for the largest), 2 threads unless said otherwise.")
    rows, commands = [], []

    def add(k, repeat, threads, iterations=20):
        command = [OURS, a.images, "--k", str(k), "--iterations", str(iterations), "--repeat", str(repeat), "--threads", str(threads)]
        runs = in_turn(min(a.rounds, 3), [(command, threads)])[0]
        ms, n = median(runs, "ms_per_iteration_median"), runs[0][0]["n_samples"]
        rows.append([f"{n:,}".replace(",", " "), str(k), str(threads), f"{ms:.2f}", f"{1e6 * ms / n:.1f}", f"{1e6 * ms / n / k:.2f}"])
        commands.append(shown(command))
        return ms

    for k in (10, 100) if a.quick else (10, 20, 50, 100, 200, 500, 1000):
        add(k, 1, 2)
    for repeat in (10,) if a.quick else (10, 100):
        add(10, repeat, 2, 10)
    one, two = add(100, 1, 1), add(100, 1, 2)
    report.table(["N", "K", "threads", "ms", "ns per row", "ns per row and component"], rows, commands)
    report.text("", f"Two threads over one at K = 100: **{one / two:.2f}x**.")


def main():
    a = parse()
    os.chdir(TOP)
    numpy_em = [sys.executable, f"{a.peers}/numpy_em.py", a.images]
    report = Report()
    report.text("# bmm and its peers", "", "Written by `benches/peers/run`; do not edit. Times are medians, ratios peer / bmm.", "", *machine())
    one_iteration(a, report, numpy_em)
    targets = same_score(a, report, numpy_em)
    whole_process(a, report, numpy_em, targets[10])
    whole_commands(a, report, numpy_em, targets)
    scaling(a, report)
    stepmix(a, report)
    text = "\n".join(report.lines) + "\n"
    if not a.quick:
        (HERE / "RESULTS.md").write_text(text)
    print(text)


main()
