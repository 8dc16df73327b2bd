"""`tools/bench vault`: ciphertext on its way into a vault and out of it again."""
import functools, json, os, shutil, socket, subprocess, sys, tempfile, time

from measuring import GIB, build, machine, ratio_line, verdict, versions

PASSPHRASE = "of the benchmark"


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mib", type=int, default=1024, help="the size of the large file")
    parser.add_argument("--disk", default="/var/tmp", help="a folder on the disk to be measured")
    parser.add_argument("--medseal", help="a release build of medseal; without it one is built")
    parser.add_argument("--medseald", help="a release build of medseald; without it one is built")
    parser.add_argument("--bench-http", help="a release build of bench-http; without it one is built")
    parser.add_argument("--weed", help="SeaweedFS's program; aws lies beside it. Default: what tools/prepare installed")
    parser.add_argument("--skip", default="", type=lambda s: s.split(","), help="of memory,disk,slices,many,releases")
    parser.set_defaults(run=vault)


def vault(options):
    medseal = options.medseal or build("medseal")
    medseald = options.medseald or build("medseald")
    weed = options.weed or os.path.join(os.path.dirname(os.environ.get("MEDSEAL_PYTHON", sys.executable)), "weed")
    machine()
    versions()
    print(f"{'':<52} {'them':>8} {'':<5} {'us':>8} {'':<5} {'ratio':>6}  {'bar':>5}")
    fetched = None
    if "memory" not in options.skip:
        with Place("/dev/shm", medseal, medseald, weed) as place:
            _, fetched = one_large(options, place, "tmpfs", deposit_bar=2, fetch_bar=2)
            if "slices" not in options.skip:
                slices(options, place)
    if "releases" not in options.skip:
        releases(options, medseald, medseal)
    if "disk" not in options.skip or "many" not in options.skip:
        with Place(options.disk, medseal, medseald, weed) as place:
            if "disk" not in options.skip:
                one_large(options, place, "disk", deposit_bar=1.5, fetched_in_memory=fetched)
            if "many" not in options.skip:
                many_small(place)


class Place:
    """A folder with a network; with `weed`, its server runs, with its members and an object store beside."""

    def __init__(self, parent, medseal, medseald, weed):
        self.folder = tempfile.mkdtemp(prefix="medseal-bench-", dir=parent)
        self.medseal, self.medseald, self.weed = medseal, medseald, weed
        self.processes = []
        self.peak = 0

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def begin(self):
        ports = free_ports(9)
        with open(os.open(self.at("pass"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write(PASSPHRASE + "\n")
        self.said("network", "init", self.at("net"), "--organisation", "hospital:hospital", "--organisation", "insurer:insurer",
                  "--port", str(ports[0]))
        if not self.weed:
            return
        self.serve()
        for name, role in [("clinician", "clinician"), ("gateway", "gateway")]:
            self.said("member", "enrol", "--network", self.at("net"), "--organisation", "hospital", "--role", role, "--name", name,
                      "--home", self.at(name), "--organisation-passphrase-file", self.at("pass"))
        code = self.said("wallet", "join", "--network", self.at("net"), "--organisation", "hospital", "--home", self.at("patient"), "--json")
        self.said("patient", "admit", json.loads(code)["shortCode"], "--number", "P-1", "--name", "Pat Ient", "--home", self.at("gateway"))
        subprocess.run(["age-keygen", "-o", self.at("key")], check=True, stderr=subprocess.DEVNULL)
        self.recipient = subprocess.run(["age-keygen", "-y", self.at("key")], check=True, capture_output=True, text=True).stdout.strip()
        self.begin_store(ports[1:])

    def serve(self, *options):
        self.server = self.start(self.medseald, "run", self.at("net"), "--passphrase-file", self.at("pass"),
                                 "--calls-per-second", "1000000", *options, until="serving")

    def begin_store(self, ports):
        self.environment = os.environ | {
            "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": os.urandom(20).hex(), "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true"}
        with open(os.open(self.at("s3.json"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            json.dump({"identities": [{"name": "bench", "actions": ["Admin"], "credentials": [
                {"accessKey": "bench", "secretKey": self.environment["AWS_SECRET_ACCESS_KEY"]}]}]}, f)
        os.mkdir(self.at("store"))
        names = ["s3.port", "filer.port", "master.port", "volume.port", "s3.port.grpc", "filer.port.grpc", "master.port.grpc", "volume.port.grpc"]
        self.start(self.weed, "server", f"-dir={self.at('store')}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3",
                   f"-s3.config={self.at('s3.json')}", *[f"-{name}={port}" for name, port in zip(names, ports)], "-s3.port.iceberg=0",
                   "-s3.port.lance=0", "-iam=false", "-volume.max=50", "-master.telemetry=false")
        python = os.path.join(os.path.dirname(self.weed), "python3")
        self.aws = [python, os.path.join(os.path.dirname(self.weed), "aws"), "--endpoint-url", f"http://127.0.0.1:{ports[0]}"]
        for _ in range(600):
            if subprocess.run(self.aws + ["s3", "mb", "s3://bench"], env=self.environment, capture_output=True).returncode == 0:
                return
            time.sleep(0.2)
        sys.exit("SeaweedFS does not start")

    def start(self, *command, until=None):
        log = open(self.at(f"{len(self.processes)}.log"), "w+")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        while until:
            with open(log.name) as f:
                if until in f.read():
                    break
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended: {open(log.name).read()}")
            time.sleep(0.05)
        return process

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)

    def said(self, *words):
        """What the command prints. Its peak resident memory, once its keys are open, is kept."""
        command = [self.medseal, *words, "--passphrase-file", self.at("pass")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.peak = max(self.peak, peak_once_keys_are_open(process.pid))
        said = process.communicate()[0]
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, command)
        return said

    def deposit(self, *paths):
        """Seconds, and the record's handle."""
        words = ["deposit", *paths, "--again", "--patient", "P-1", "--home", self.at("clinician"), "--json"]
        seconds, said = timed(lambda: self.said(*words))
        return seconds, json.loads(said)["record"]

    def fetch(self, record, to):
        words = ["fetch", "--record", record, "--basis", "care", "-o", to, "--home", self.at("gateway")]
        return timed(lambda: self.said(*words))[0]

    def shell(self, command):
        return timed(lambda: subprocess.run(["bash", "-c", "set -e -o pipefail; " + command], env=self.environment, check=True,
                                            stdout=subprocess.DEVNULL))[0]

    def aws_line(self, *words):
        return " ".join([*self.aws, "s3", *words])

    def resident(self):
        """Peak resident MiB of the server until now."""
        with open(f"/proc/{self.server.pid}/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def peak_once_keys_are_open(pid):
    """Waits for a process to end; its peak resident MiB after the 256 MiB of scrypt (or twice as many) have gone."""
    opened, high, peak = False, 0, 0
    try:
        while True:
            with open(f"/proc/{pid}/status") as f:
                resident = [int(line.split()[1]) / 1024 for line in f if line.startswith("VmRSS")]
            if not resident:  # it has ended and waits to be asked how
                return peak
            high = max(high, resident[0])
            opened = opened or high > 256 > resident[0] + 56
            if opened:
                peak = max(peak, resident[0])
            time.sleep(0.01)
    except OSError:
        return peak


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def random_file(path, size):
    with open(path, "wb") as f:
        for left in range(size, 0, -(1 << 20)):
            f.write(os.urandom(min(left, 1 << 20)))


@functools.cache
def opening_of_keys(place):
    """What a command of a clinician's and of a gateway's takes for the least that it can do: the scrypt of their keys, most of all."""
    random_file(place.at("least"), 1)
    deposits = [place.deposit(place.at("least")) for _ in range(3)]
    return min(d[0] for d in deposits), min(place.fetch(deposits[n][1], place.at(f"least{n}")) for n in range(3))


def one_large(options, place, where, deposit_bar, fetch_bar=None, fetched_in_memory=None):
    random_file(place.at("plain"), options.mib << 20)
    deposit_keys, fetch_keys = opening_of_keys(place)
    theirs_in, ours_in, theirs_out, ours_out, copies = [], [], [], [], []
    place.peak = 0
    for n in range(options.rounds):
        theirs_in.append(place.shell(f"age -r {place.recipient} {place.at('plain')} | {place.aws_line('cp', '-', 's3://bench/large')}; sync -f {place.folder}"))
        seconds, record = place.deposit(place.at("plain"))
        ours_in.append(seconds - deposit_keys)
        theirs_out.append(place.shell(f"{place.aws_line('cp', 's3://bench/large', '-')} | age -d -i {place.at('key')} -o {place.at('theirs')}; sync -f {place.folder}"))
        ours_out.append(place.fetch(record, place.at("ours")) - fetch_keys)
        if n == 0:
            subprocess.run(["cmp", place.at("plain"), place.at("ours")], check=True)
        if fetch_bar is None:
            copies.append(place.shell(f"dd if={place.at('plain')} of={place.at('copy')} bs=1M conv=fsync status=none"))
        for name in ["theirs", "ours", "copy"]:
            if os.path.exists(place.at(name)):
                os.remove(place.at(name))
    size = f"{options.mib} MiB"
    ratio_line(f"deposit {size}, {where}, durable: age | aws s3 cp", min(theirs_in), min(ours_in), deposit_bar)
    if fetch_bar:
        ratio_line(f"fetch {size}, {where}: aws s3 cp | age -d", min(theirs_out), min(ours_out), fetch_bar)
    else:
        base = max(min(copies), fetched_in_memory or 0)
        ours = min(ours_out)
        print(f"{f'fetch {size}, {where}: dd conv=fsync, or ours on tmpfs':<52} {base:8.2f} s     {ours:8.2f} s     {ours / base:6.2f} <= 1.20  "
              f"{verdict(ours <= 1.2 * base)}")
    print(f"  taken off for the opening of keys, a lone byte's deposit and fetch: {deposit_keys:.2f} and {fetch_keys:.2f} s; "
          f"peak resident MiB: server {place.resident():.0f}, "
          f"client once its keys are open {place.peak:.0f}; bar 64: {verdict(max(place.peak, place.resident()) <= 64)}", flush=True)
    os.remove(place.at("plain"))
    return min(ours_in), min(ours_out)


def slices(options, place):
    count = 300
    os.mkdir(place.at("slices"))
    for n in range(count):
        random_file(place.at(f"slices/{n:04}"), 500_000)
    keys, _ = opening_of_keys(place)
    theirs, ours = [], []
    for _ in range(options.rounds):
        os.mkdir(place.at("sealed"))
        theirs.append(place.shell(f"for f in {place.at('slices')}/*; do age -r {place.recipient} -o {place.at('sealed')}/$(basename $f) $f; done; "
                                  + place.aws_line("cp", "--recursive", place.at("sealed"), "s3://bench/slices/")))
        ours.append(place.deposit(place.at("slices"))[0] - keys)
        shutil.rmtree(place.at("sealed"))
    ratio_line(f"deposit {count} slices of 0.5 MB: age each, aws s3 cp", min(theirs), min(ours), 3)
    shutil.rmtree(place.at("slices"))


def many_small(place):
    count = 10_000
    os.mkdir(place.at("many"))
    for n in range(count):
        random_file(place.at(f"many/{n:05}"), 10_000)
    keys, _ = opening_of_keys(place)
    seconds = place.deposit(place.at("many"))[0] - keys
    print(f"{f'deposit {count:,} files of 10 kB as one record, disk':<52} {'':>8} {'':<5} {seconds:8.2f} s     {'':>6}  {20:5.0f}  {verdict(seconds < 20)}")
    shutil.rmtree(place.at("many"))


def releases(options, medseald, medseal):
    """Releases by 64 clients on this machine's disk, each durable, then the first byte."""
    bench = options.bench_http or build("bench-http", "benchmarks")
    with Place(options.disk, medseal, medseald, None) as place:
        unlimited = [f"--{what}-per-{time}" for what in ["releases", "requests"] for time in ["hour", "day"]]
        place.serve(*[word for name in unlimited for word in (name, "1000000000")])
        found = json.loads(subprocess.run([bench, "releases", place.at("net"), place.at("pass"), str(place.server.pid), "64", "700"],
                                          check=True, stdout=subprocess.PIPE, text=True).stdout)
    line = lambda what, figure, unit, bar, reached: print(
        f"{what:<52} {'':>8} {'':<5} {figure:8.0f} {unit:<5} {'':>6}  {bar:5}  {reached}", flush=True)
    line("releases a second, then the first byte, 64 clients", found["rate"], "/s", 2000, verdict(found["rate"] >= 2000))
    line("  99th percentile at half that rate", found["paced p99"] * 1e3, "ms", 20, verdict(found["paced p99"] <= 0.02))
    print(f"  median at half that rate {found['paced median'] * 1e3:.1f} ms; at full rate {found['median'] * 1e3:.0f}, "
          f"99th percentile {found['p99'] * 1e3:.0f} ms", flush=True)
