"""The pages of members and of the counter under load: requests a second, and errors.

    setup/bench pages

A server of its own with four workers, on a copy of the database, gets requests over
HTTP from 127.0.0.1 by as many clients as it can serve, for some seconds each. The
clients share the two processors with it, so what is reached is a lower bound. Processor
time is that of the server's and the database's processes; the page itself is looked at
in each answer, so an error page is an error.

What each way leaves out:

* suite   nothing: "mixed" is 7 member pages, 1 history, 1 list of rewards and 1 bill
          posted at the counter of every 10 requests
* native  Odoo's own start page for a portal user: no points, no card
* floor   an answer that looks at nothing
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import requests

SECONDS = float(os.environ.get("BENCH_SECONDS", 20))
CLIENTS = int(os.environ.get("BENCH_CLIENTS", 6))
WORKERS = 4
PORT = 8189
BASE = f"http://127.0.0.1:{PORT}"
MEMBERS = 200
PASSWORD = "bench-counter"
TICK = os.sysconf("SC_CLK_TCK")


def set_up(env):
    """:return: (slug of the shop, tokens of its members' devices, their phones)"""
    company = env.company
    company.country_id = env.ref("base.th")  # whose phone numbers staff type
    program = env["loyalty.program"].search([("program_type", "=", "loyalty")], limit=1)
    rule = {"reward_point_mode": "money", "reward_point_amount": 1, "minimum_qty": 0}
    program.rule_ids = [(5, 0, 0), (0, 0, rule)]
    shop = env["crm.shop"]._of_company(company)
    shop = shop or env["crm.shop"].create({"slug": "bench"})
    shop.write({"program_id": program.id, "counter_look_limit": 10**6})
    cards = env["loyalty.card"].search(
        [("program_id", "=", program.id), ("partner_id.phone", "!=", False)],
        limit=MEMBERS,
    )
    devices = env["crm.member.device"]
    tokens = [devices._remember(card.partner_id, company)[1] for card in cards]
    branch = env["crm.branch"].create({"name": "Bench"})
    group = env.ref("crm_loyalty_points.crm_group_counter")
    user = env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench-counter",
            "password": PASSWORD,
            "group_ids": [(6, 0, group.ids)],
        }
    )
    env["crm.branch.staff"].create({"user_id": user.id, "branch_ids": branch.ids})
    env.cr.commit()
    return shop.slug, branch.id, tokens, cards.partner_id.mapped("phone")


class Client:
    """One visitor: a session of its own, as a member or as staff."""

    def __init__(self, slug, branch, token, phones):
        self.slug, self.branch = slug, branch
        self.phones = phones
        self.member = requests.Session()
        self.member.cookies.set("crm_member_device", token)
        self.staff = requests.Session()

    def sign_in(self):
        page = self.staff.get(f"{BASE}/web/login", timeout=60).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        form = {"login": "bench-counter", "password": PASSWORD, "csrf_token": token}
        self.staff.post(f"{BASE}/web/login", data=form, timeout=60)

    def health(self):
        return self.member.get(f"{BASE}/web/health", timeout=60).ok

    def portal(self):
        page = self.staff.get(f"{BASE}/my", timeout=60)
        return page.ok and "o_portal" in page.text

    def page(self, path=""):
        page = self.member.get(f"{BASE}/member/{self.slug}{path}", timeout=60)
        return page.ok and "o_member_header" in page.text and "/login" not in page.url

    def give(self):
        key = str(uuid.uuid4())
        params = {"key": key, "bill": key, "amount": 250, "who": next(self.phones)}
        # one member gets many bills here, which the page would ask about
        params["confirmed"] = True
        answer = self.staff.post(
            f"{BASE}/counter/call/give",
            json={"jsonrpc": "2.0", "params": {"branch": self.branch, **params}},
            timeout=60,
        ).json()
        return "act" in answer.get("result", {})


@contextmanager
def server(database):
    """:return: the process of a server with workers on the database"""
    # workers are started by the name of the program, which "-m" hides
    program = Path(tempfile.mkdtemp()) / "odoo-bin"
    program.write_text("from odoo.cli.command import main\n\nmain()\n")
    command = [sys.executable, "-W", "ignore", str(program), "-d", database]
    command += [f"--workers={WORKERS}", f"--http-port={PORT}", "--log-level=error"]
    command += [
        f"--gevent-port={PORT + 1}",
        "--max-cron-threads=0",
        "--no-database-list",
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        for _try in range(120):
            try:
                requests.get(f"{BASE}/web/health", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(1)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def cpu_seconds(env, process):
    """Processor time of the server's processes, and of the database's for them."""
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    env.cr.execute(
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    pids = [*children, *(str(pid) for (pid,) in env.cr.fetchall())]
    env.cr.rollback()
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                words = stat.read().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(words[11]) + int(words[12])
    return total / TICK


def load(clients, act, seconds):
    """:return: (seconds of each request that was served well, number of errors)"""
    end, served, errors = time.monotonic() + seconds, [], []

    def run(client):
        while (begin := time.monotonic()) < end:
            try:
                good = act(client)
            except (requests.RequestException, ValueError):
                good = False
            (served if good else errors).append(time.monotonic() - begin)

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return served, len(errors)


def mixed():
    """:return: what a client does next, in turns"""
    turns = cycle(["", "", "/history", "", "", "/rewards", "", "", "", None])
    lock = threading.Lock()

    def act(client):
        with lock:
            path = next(turns)
        return client.give() if path is None else client.page(path)

    return act


def main(env):
    slug, branch, tokens, phones = set_up(env)
    phones = cycle(phones)
    rows = []
    with server(env.cr.dbname) as process:
        clients = [Client(slug, branch, token, phones) for token in tokens[:CLIENTS]]
        for client in clients:
            client.sign_in()
        ways = {
            "floor, an empty answer": Client.health,
            "native, start page of the portal": Client.portal,
            "suite, member page": Client.page,
            "suite, bill at the counter": Client.give,
            "suite, mixed": mixed(),
        }
        for label, act in ways.items():
            if not all(map(act, clients)):
                raise SystemExit(f"{label}: a request was refused")
            load(clients, act, SECONDS / 4)
            cpu, clock = cpu_seconds(env, process), time.monotonic()
            served, errors = load(clients, act, SECONDS)
            clock = time.monotonic() - clock
            cpu = cpu_seconds(env, process) - cpu
            spread = statistics.quantiles(served, n=20) if len(served) > 1 else [0] * 19
            print(
                f"{label:35} {len(served) / clock:7.1f}/s  {errors} errors  "
                f"median {spread[9] * 1000:.0f} ms  95 % {spread[18] * 1000:.0f} ms  "
                f"{1000 * cpu / max(len(served), 1):.1f} ms of CPU each"
            )
            rows.append(
                {"label": label, "rows": len(served), "cpu": cpu, "clock": clock}
            )
            rows[-1]["errors"] = errors
    if path := os.environ.get("BENCH_RESULT"):
        with open(path, "a") as results:
            results.writelines(json.dumps(row) + "\n" for row in rows)


main(env)  # noqa: F821
