"""`tools/bench attack`: what an honest client notices while others attack the server, and what the server needs meanwhile."""
import glob, json, os, shutil, socket, statistics, subprocess, sys, tempfile, time

from measuring import ROOT, build, machine, verdict

PYTHON = os.environ.get("MEDSEAL_PYTHON", os.path.join(ROOT, ".build", "python", "bin", "python3"))
RESIDENT_MAX = 150
RATIO_MAX = 2
# What each attacker runs: the tool, the kind, how many connections, and whether by the key of a member.
ATTACKS = [
    ("bare connections", "flood", "bare", 300, False), ("TLS and nothing more", "flood", "greeted", 300, False),
    ("unfinished headers", "flood", "unfinished", 300, False), ("calls without a signature", "call_flood", "unsigned", 32, False),
    ("refused uploads", "call_flood", "uploads", 16, False), ("strangers who apply", "call_flood", "strangers", 16, False),
    ("letters", "call_flood", "letters", 16, True), ("examinations", "call_flood", "examinations", 64, True),
    ("inventories", "call_flood", "inventories", 64, True), ("pages of entries", "call_flood", "entries", 32, True),
    ("queries of the state", "call_flood", "states", 32, True), ("streams of events", "call_flood", "events", 64, True),
]


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--descriptors", type=int, default=1024, help="how many files the server may have open")
    parser.add_argument("--medseal", help="a release build of medseal; without it one is built")
    parser.add_argument("--medseald", help="a release build of medseald; without it one is built")
    parser.add_argument("--only", default="", help="attacks whose names have this in them")
    parser.set_defaults(run=attack)


def attack(options):
    medseal, medseald = options.medseal or build("medseal"), options.medseald or build("medseald")
    machine()
    with Town(medseal, medseald, options.descriptors) as town:
        town.admit()
        usual = town.days(options.rounds)
        print("usually: " + ", ".join(f"{step} {seconds * 1e3:.0f} ms" for step, seconds in usual.items()) + "\n")
        steps = "".join(f"{step:>10}" for step in usual)
        print(f"{'while':<28}{steps}{'worst':>8}{'bar':>5}  {'MiB':>5}{'bar':>5}")
        for name, tool, kind, count, by_member in ATTACKS:
            if options.only not in name:
                continue
            town.admit()
            try:
                town.forget_peak()
                with Attacker(town, tool, kind, count, by_member) as attacker:
                    during = town.days(options.rounds)
                    resident = town.resident()
            except Refused as refusal:
                print(f"{name:<28} missed: {refusal}", flush=True)
                town.admit()
                town.day()
                continue
            ratios = {step: during[step] / usual[step] for step in usual}
            worst = max(ratios.values())
            cells = "".join(f"{ratio:9.1f}x" for ratio in ratios.values())
            reached = verdict(worst <= RATIO_MAX and resident <= RESIDENT_MAX)
            print(f"{name:<28}{cells}{worst:7.1f}x{RATIO_MAX:4d}x  {resident:5.0f}{RESIDENT_MAX:5d}  {reached}  {attacker.said}", flush=True)
            # Without a restart.
            town.admit()
            town.day()
        print("\nafter each attack deposit, request, route, approval and fetch went on, without a restart")


class Town:
    """A network with a server, an honest hospital with a patient, an insurer of which one officer is honest."""

    def __init__(self, medseal, medseald, descriptors):
        self.folder = tempfile.mkdtemp(prefix="medseal-bench-", dir="/dev/shm")
        self.medseal, self.medseald, self.descriptors = medseal, medseald, descriptors
        self.server, self.count, self.patients = None, 0, 0

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def said(self, home, *words):
        where = ["--home", self.at(home)] if home else []
        done = subprocess.run([self.medseal, *words, *where, "--passphrase-file", self.at("pass")], capture_output=True, text=True)
        if done.returncode:
            raise Refused(f"medseal {' '.join(words[:2])} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def __enter__(self):
        with open(os.open(self.at("pass"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("of the benchmark\n")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.said(None, "network", "init", self.at("net"), "--organisation", "hospital:hospital", "--organisation", "insurer:insurer",
                  "--port", str(self.port))
        command = [self.medseald, "run", self.at("net"), "--passphrase-file", self.at("pass")]
        for limit in ["releases-per-hour", "releases-per-day", "requests-per-hour", "requests-per-day"]:
            command += ["--" + limit, "1000000"]
        self.server = subprocess.Popen(["bash", "-c", f'ulimit -n {self.descriptors}; exec "$0" "$@"', *command], stderr=subprocess.PIPE, text=True)
        if "serving" not in (said := self.server.stderr.readline()):
            sys.exit(said)
        for name, organisation, role in [("clinician", "hospital", "clinician"), ("officer", "insurer", "officer"), ("attacker", "insurer", "officer")]:
            self.said(name, "member", "enrol", "--network", self.at("net"), "--organisation", organisation, "--role", role, "--name", name,
                      "--organisation-passphrase-file", self.at("pass"))
        return self

    def admit(self):
        """Another patient. An approval reads all requests of its patient: what is compared begins with none, before and during."""
        self.patients += 1
        self.patient, self.number = f"patient-{self.patients}", f"P-{self.patients}"
        code = self.said(self.patient, "wallet", "join", "--network", self.at("net"), "--organisation", "hospital", "--json")
        self.said("clinician", "patient", "admit", json.loads(code)["shortCode"], "--number", self.number, "--name", "Pat Ient")

    def __exit__(self, *_):
        if self.server:
            self.server.terminate()
            self.server.wait()
        shutil.rmtree(self.folder)

    def day(self):
        """What each step of the main path takes, in seconds."""
        self.count += 1
        file, taken = self.at("scan"), {}
        with open(file, "wb") as f:
            f.write(os.urandom(300_000))

        def step(name, home, *words):
            start = time.perf_counter()
            said = self.said(home, *words)
            taken[name] = time.perf_counter() - start
            return said

        record = json.loads(step("deposit", "clinician", "deposit", file, "--patient", self.number, "--json"))["record"]
        request = json.loads(step("request", "officer", "request", "--custodian", "hospital", "--patient", self.number, "--purpose", "claim",
                                  "--days", "3", "--json"))["request"]
        step("route", "clinician", "route", request, "--patient", self.number)
        step("approval", self.patient, "approve", request, "--record", record, "--days", "3", "--yes")
        step("fetch", "officer", "fetch", "--request", request, "-o", self.at(f"got-{self.count}"))
        os.remove(self.at(f"got-{self.count}"))
        return taken

    def days(self, rounds):
        taken = [self.day() for _ in range(rounds)]
        return {step: statistics.median(day[step] for day in taken) for step in taken[0]}

    def forget_peak(self):
        with open(f"/proc/{self.server.pid}/clear_refs", "w") as references:
            references.write("5")

    def resident(self):
        """The most that the server has had in memory since `forget_peak`, in MiB."""
        with open(f"/proc/{self.server.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


class Refused(Exception):
    pass


class Attacker:
    def __init__(self, town, tool, kind, count, by_member):
        tools = os.path.join(ROOT, "Tests", "Tools")
        words = [kind, str(count)] if tool == "flood" else [kind, str(count), "hospital"]
        if by_member:
            words += [glob.glob(town.at("attacker", "signing*.pem"))[0], town.at("pass")]
        self.command = ["nice", "-n", "19", PYTHON, os.path.join(tools, tool + ".py"), str(town.port), *words]
        self.said = ""

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline():
            sys.exit(f"{' '.join(self.command)} does not attack")
        return self

    def __exit__(self, *_):
        self.said = self.process.communicate()[0].strip()
