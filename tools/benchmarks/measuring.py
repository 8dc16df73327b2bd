"""What the benchmarks share: release builds, wall clocks of whole processes, a line for each ratio."""
import os, resource, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GIB = 1 << 30


def build(product, tools=None):
    """A release build of a program; with tools="benchmarks" of one of tools/benchmarks (Package.swift)."""
    environment = os.environ | ({"MEDSEAL_TOOLS": tools} if tools else {})
    subprocess.run(
        ["swift", "build", "-c", "release", "-j", "1", "--package-path", ROOT, "--product", product],
        check=True, stdout=sys.stderr, env=environment)
    return os.path.join(ROOT, ".build", "release", product)


def machine():
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown")
    load = os.getloadavg()
    print(f"machine: {model}, {os.cpu_count()} processors, Linux {os.uname().release}, load {load[0]:.1f}, {time.strftime('%Y-%m-%d')}")


def versions():
    age = subprocess.run(["age", "--version"], capture_output=True, text=True).stdout.strip()
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True).stdout.split(" (")[0].strip()
    print(f"age {age}, {openssl}\n")


def run(command, **more):
    """Wall clock in seconds, processor time in seconds, peak resident MiB of a shell command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio_line(what, base, ours, bar, unit="s"):
    ratio = base / ours if unit == "s" else ours / base
    print(f"{what:<52} {base:8.2f} {unit:<5} {ours:8.2f} {unit:<5} {ratio:6.2f}  {bar:5.2f}  {verdict(ratio >= bar)}", flush=True)


def verdict(is_reached):
    return "reached" if is_reached else "missed"
