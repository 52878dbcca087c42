"""Command lines: which flag of which program takes a password, and where one stands without a flag.

One table serves arguments that stand apart (`places.py`) and lines of a shell. Programs whose flags say it themselves
(`--password`, `-storepass`) need no line here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from gkedoctor.lazy_regex import lazy
from gkedoctor.snapshot.redaction import values
from gkedoctor.snapshot.redaction.judging import Where, holds
from gkedoctor.snapshot.redaction.names import Says, says
from gkedoctor.snapshot.redaction.phrases import Rule, anything, password, rule, user_password
from gkedoctor.snapshot.redaction.sentences import chosen


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FLAGS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "-a": _words("redis-cli redis-benchmark valkey-cli keydb-cli"),
        "-p": _words(
            "sshpass mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat docker podman nerdctl az cqlsh"
            " beeline influx oras buildah skopeo crane helm hdbsql mcrcon rcon rcon-cli psexec oc cf rabbitmqadmin rdesktop ncftp"
            " ncftpget ncftpput isql-fb gbak doveadm pwsafe cqlsh-expansion oscap nxc crackmapexec netexec snowsql vncdo kcadm"
            " tctl curator exaplus"
        ),
        "-P": _words(
            "mosquitto_pub mosquitto_sub mosquitto_rr sqlcmd bcp osql isql tsql zip unzip zipcloak ipmitool ipmiutil knife"
            " ipmipower bmc-info rdpy x3270 icmpush pgbench-tools hashcat-legacy"
        ),
        "-w": _words(
            "ldapsearch ldapadd ldapmodify ldapwhoami ldapdelete ldappasswd ldapcompare ldapmodrdn ldapexop vsql dsconf"
            " dsctl kadmin ipa-client-install ipa-server-install ipa-replica-install dsidm gsql"
        ),
        "-s": _words("ldappasswd"),
        "-pw": _words("plink plink.exe pscp pscp.exe psftp putty putty.exe nzsql nzload kadmin kadmin.local racadm"),
        "-A": _words(
            "snmpwalk snmpget snmpbulkwalk snmpgetnext snmpset snmptrap snmptable snmpstatus snmpinform snmpdf"
        ),
        "-X": _words(
            "snmpwalk snmpget snmpbulkwalk snmpgetnext snmpset snmptrap snmptable snmpstatus snmpinform snmpdf"
        ),
        "-c": _words("snmpwalk snmpget snmpbulkwalk snmpgetnext snmpset snmptrap snmptable snmpbulkget"),
        "-ap": _words("swaks"),
        "-k": _words("openssl"),
        "-t": _words("k3s rke2 ngrok-token"),
    }
)
"""Flags that take a password, and of which commands (their manuals)."""

_ATTACHED = lazy(
    r"\b(?:mysql\w{0,16}|mariadb[\w\-]{0,16}|xtrabackup|innobackupex|mydumper|myloader|mytop|pt-[\w\-]{2,24}|7z[ar]?|7zz|p7zip|unrar|rar|rdesktop)\b"
    r"[^\n|;&]{0,200}?[ \t\"',]-p(?P<q>[\"'])(?P<v>(?:(?!(?P=q))[^\n]){3,256}+)(?P=q)"
)
"""The password attached to `-p`, in quotes: https://dev.mysql.com/doc/refman/8.4/en/command-line-options.html."""

_ANY = r"[^\n|;&]{0,200}?"
_WORD = r"[\"']?(?P<v>[^\s\"'|;&<>\-][^\s\"'|;&<>]{2,255}+)"


def _by_flag(flag: str, commands: frozenset[str]) -> Rule:
    names = "|".join(re.escape(command) for command in sorted(commands, key=lambda name: (-len(name), name)))
    low = flag.lower()
    hint = f" {low}|\"{low}|'{low}"
    return rule(hint, rf"(?<![\w\-])(?:{names})\b{_ANY}[ \t\"',]{re.escape(flag)}[ \t\"',=]{{1,4}}{_WORD}", _flagged)


def _flagged(found: re.Match[str]) -> bool:
    value = found["v"]
    return holds(Says.PASSWORD, value, Where.TEXT) and _PORTS.match(value) is None


_PORTS = lazy(r"[\d.:\-]{1,64}(?:/(?:tcp|udp))?(?:$|[\s,])")
"""`docker run -p 8080:80`: what is published, and no password."""


def _named_path(found: re.Match[str]) -> bool:
    """Whether the last part of the key is a credential's name: `consul kv put shop/db/password …`."""
    return holds(says(found["name"].rpartition("/")[2]), found["v"], Where.TEXT)


def _secret_entry(found: re.Match[str]) -> bool:
    return not values.is_nothing(found["v"]) and not values.is_path(found["v"])


RULES: tuple[Rule, ...] = (
    *(_by_flag(flag, commands) for flag, commands in FLAGS.items()),
    Rule(
        (
            "mysql",
            "maria",
            "xtrabackup",
            "innobackupex",
            "mydumper",
            "myloader",
            "mytop",
            "pt-",
            "7z",
            "rar",
            "rdesktop",
        ),
        _ATTACHED,
        anything,
    ),
    # https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_secret_generic/
    rule("--from-literal", r"--from-literal[= \"']{1,3}[\w.\-]{1,253}+=[\"']?(?P<v>[^\s\"']{3,4096}+)", _secret_entry),
    # what is read from standard input: `echo … | docker login --password-stdin`
    rule(
        "echo |printf |<<<",
        r"\b(?:echo|printf)[ \t]{1,4}(?:-[neE]{1,3}[ \t]{1,4}){0,2}(?:[\"']?%s(?:\\n)?[\"']?[ \t]{1,4})?[\"']?(?P<v>[^\s\"'|;&<>$]{3,512}+)[\"']?[ \t]{0,4}\|[ \t]{0,4}"
        r"[^\n|;&]{0,160}?(?:--password-stdin|--stdin|sudo[ ]-S|\bpasswd\b|\bkinit\b|cryptsetup|--passphrase-fd|--with-token|vault[ ]login|--pinentry"
        r"|gpg[ ]|openssl[ ]|mkpasswd|login)",
        anything,
    ),
    # `consul kv put a/password X`, `etcdctl put /a/password X`, `SET app:password X`, `aws ssm put-parameter --name a --value X`
    rule(
        "put|set ",
        r"\b(?:put|set|SET|hset|HSET|setex)[ \t]{1,4}(?:--?[\w\-]{1,20}[ \t]{1,4})?[\"']?(?P<name>[\w.\-/:]{2,200}+)[\"']?[ \t]{1,4}[\"']?(?P<v>[^\s\"'|;&<>=\-][^\s\"'|;&<>]{3,512}+)",
        _named_path,
    ),
    rule(
        "--value|--secret-string|--secret-value",
        r"--(?:name|key|secret-id|secret|parameter|id|path)[ =][\"']?(?P<name>[\w.\-/:]{2,200}+)[^\n|;&]{0,200}?--(?:value|secret-string|secret-value|data|plaintext)[ =]"
        r"[\"']?(?P<v>[^\s\"'|;&<>{]{3,4096}+)",
        lambda found: _named_path(found) or values.is_told(found["v"]) or values.is_chosen(found["v"]),
    ),
    # a place of its own: https://man.archlinux.org/man/wpa_passphrase.8, radtest(1), https://docs.ejabberd.im/developer/ejabberd-api/admin-api/
    rule(
        "wpa_passphrase|radtest",
        r"\b(?:wpa_passphrase|radtest)[ \t]{1,4}[\"']?[^\n\"']{1,64}?[\"']?[ \t]{1,4}" + _WORD,
        anything,
    ),
    rule(
        "ejabberdctl|prosodyctl",
        r"\b(?:ejabberdctl|prosodyctl)[ \t]{1,4}(?:register|change_password|check_password)[ \t]{1,4}\S{1,128}+[ \t]{1,4}\S{1,128}+[ \t]{1,4}"
        + _WORD,
        anything,
    ),
    rule(
        "rabbitmqctl",
        r"\brabbitmqctl[ \t]+(?:-[\w\-]{1,20}[ \t]+\S{1,60}[ \t]+){0,2}authenticate_user[ \t]+\S{1,64}+[ \t]+" + _WORD,
        anything,
    ),
    rule(
        "hdbuserstore",
        r"\bhdbuserstore\b[^\n]{0,40}?[ \t][sS][eE][tT][ \t]+\S{1,64}+[ \t]+\S{1,128}+[ \t]+\S{1,64}+[ \t]+" + _WORD,
        anything,
    ),
    rule(
        "using", r"\bconnect[ \t]+to[ \t]+\S{1,64}+[ \t]+user[ \t]+\S{1,64}+[ \t]+using[ \t]+" + _WORD, password, re.I
    ),
    rule(
        "expdp|impdp|rman|sqlldr|sqlcl|exp |imp |dgmgrl|userid=",
        r"(?:\b(?:expdp|impdp|rman|sqlldr|sqlcl|sql|exp|imp|dgmgrl)\b[^\n|;&/]{0,60}?[ \t\"']|userid=[\"']?|target[ =][\"']?)[A-Za-z]\w{0,30}/[\"']?"
        r"(?P<v>[^\s/@\"'.]{4,128}+)(?=@|[\"'\s]|$)",
        chosen,
    ),
    rule(
        "sqlplus|conn",
        r"\b(?:conn|connect|CONNECT|CONN|sqlplus)[ \t]+(?:-\w{1,8}[ \t]+)?[A-Za-z]\w{0,30}/[\"']?(?P<v>[^\s/@\"']{4,128}+)[\"']?@\w",
        chosen,
    ),
    # https://learn.microsoft.com/en-us/windows-server/administration/windows-commands/net-use
    rule(
        "net use|net user|cmdkey|schtasks|runas|xfreerdp|wmic|dsadd|netdom|djoin|sc ",
        r"(?:/user:\S{1,128}+[ \t]{1,4}|[ \t]/(?:p|pass|password|rp|pwd|passwordd|passwordo|pd|po):|\bnet[ ]user[ \t]{1,4}[^\s/]{1,64}+[ \t]{1,4})[\"']?(?P<v>[^\s\"'/*][^\s\"']{3,255}+)",
        chosen,
        re.I,
    ),
    rule("sc |schtasks", r"(?:\bpassword=[ ]|/rp[ ])[\"']?(?P<v>[^\s\"']{4,255}+)", password, re.I),
    # https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.security/convertto-securestring
    rule(
        "convertto-securestring",
        r"ConvertTo-SecureString[^\n|;]{0,60}?[ \t(][\"'](?P<v>[^\"'\n]{3,512}+)[\"']",
        anything,
        re.I,
    ),
    # https://developer.valvesoftware.com/wiki/SteamCMD
    rule("+login", r"\+login[ \t]{1,4}[^\s+]{2,64}+[ \t]{1,4}(?P<v>[^\s+][^\s]{4,128}+)", password),
    rule(
        "+rcon_password|+sv_password|+sv_setsteamaccount|+password",
        r"\+(?:rcon_password|sv_password|sv_setsteamaccount|password)[ \t]{1,4}[\"']?(?P<v>[^\s\"'+]{3,128}+)",
        anything,
    ),
    rule(
        "samba-tool",
        r"\bsamba-tool[ \t]+user[ \t]+(?:create|add|setpassword)[ \t]+\S{1,64}+[ \t]+(?:--newpassword[ =])?" + _WORD,
        chosen,
    ),
    rule(
        "lftp|ncftp",
        r"\blftp\b[^\n|;]{0,80}?[ \t]-u[ \t]{0,2}[\"']?(?P<user>[^\s,\"']{1,64}+),(?P<v>[^\s\"']{3,256}+)",
        user_password,
    ),
    rule(
        "smbclient|rpcclient|winexe|net ads|smbget|mount.cifs",
        r"[ \t](?:-U|--user)[ =]{0,2}[\"']?(?P<user>[^\s%\"']{1,64}+)%(?P<v>[^\s\"']{3,256}+)",
        user_password,
    ),
    rule(
        "http |https |xh ",
        r"\b(?:https?|xh|httpie)[ \t][^\n|;]{0,120}?-(?:a|-auth)[ =][\"']?(?P<user>[^\s:\"']{1,64}+):(?P<v>[^\s\"']{3,256}+)",
        user_password,
    ),
)


def is_password_flag(flag: str, command: str) -> bool:
    """Whether a flag of a command takes a password. `command`: its file name."""
    return command in FLAGS.get(flag, ())
