"""What the name of a variable, flag, key or header says of its value."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from gkedoctor.lazy_regex import lazy

_LONGEST = 128
_ANY_WORD = lazy(r"[^\W\d_]+|\d+")
_WORD = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PASSWORDS = _words(
    """
    passwort kennwort losungswort mdp motpasse passe contraseña contrasenya clave parola пароль пароля hasło haslo heslo
    wachtwoord lösenord losenord adgangskode passord salasana şifre sifre parolası
    密码 密碼 口令 パスワード 暗証番号
    비밀번호 암호 jelszó jelszo lozinka
    geslo κωδικός סיסמה heslá slaptažodis parole pasahitza sandi khẩu
    password passwords passwd passphrase passphrases pwd pw pass passcode userpassword rootpw bindpw upassword
    rootpass dbpass userpass mypass adminpass redispass mypwd dbpwd passwort kennwort contrasena senha
    motdepasse requirepass masterauth masterpass pgpassword pgpass userpasswd rootpasswd dbpasswd passin passout
    psk pswd passw sshpass pin parolachiave
    parol haslo hasla heslo hesla jelszava parolasi kodeord adgangskode passordet kennwörter lykilord
    palavrapasse motpass katasandi katalaluan matkhau mima kouling wagwoord parool slaptazodis kodikos
    anmeldepasswort zugangscode geheimzahl nenosiri cyfrinair pasvorto geslo passwörter senhas contraseñas
    psswd pasw passwrd passwort passcodes keyphrase storepassword keypassword
    """
)
_CREDENTIALS = _words(
    """
    jeton schlüssel geheimnis ключ токен секрет 密钥 秘钥 令牌 凭证 凭据
    トークン シークレット 秘密鍵 토큰 비밀키
    chave llave klucz
    presharedkey preshared verifier assertion macaroon nkey apptoken passkey pwhash passhash
    secret token apikey apitoken credential credentials creds cred auth authtoken cookie setcookie salt pat jwt
    dsn otp totp authorization bearer accesskey secretkey privatekey signingkey encryptionkey masterkey
    accountkey sharedkey sessionkey authkey userkey adminkey servicekey storagekey clientsecret clienttoken
    accesstoken refreshtoken idtoken sessiontoken bottoken securitytoken xsrf csrf sid sessionid phpsessid
    jsessionid seed mnemonic signature sig hmac cryptkey rawkey licensekey licencekey appkey sas sastoken
    authstring authpass deploykey pepper credentialsjson writekey serverkey restuserkey restsecret
    secretaccesskey connectionstring connstring sharedaccesskey sharedaccesssignature webhooksecret keypass
    storepass keystorepass truststorepass
    """
)
_KEYS = _words(
    """
    preshared fernet hec ingress write read
    api access secret private signing signature encryption encrypt decryption master account storage session
    auth authentication authorization user admin service shared raw hmac jwt server client license licence app
    application crypt crypto cipher consumer deploy deployment ingest ingestion instrumentation write
    integration routing subscription function host root registration activation webhook webhooks bot token data
    dek kek aes rsa des ssh gpg pgp tls ssl wireguard vpn sas bearer security project stripe openai sendgrid
    twilio datadog dd algolia mailgun sentry google maps fernet rails base cookie flask django laravel nextauth
    recovery unseal join cluster agent node swarm backup kms sops age wallet
    """
)
"""`key` says little by itself: `PARTITION_KEY`. With one of these before it, it is a credential's name."""

_ABOUT = _words(
    """
    exception exceptions error notice warning event events handler factory bean config configuration
    file files path paths dir directory name names host hosts port ports type types ttl expiry expires expired
    expiration enabled disabled enable disable mount mounts version versions ref refs class provider providers
    audience issuer url urls uri uris endpoint endpoints length len size sizes count counts limit limits timeout
    timeouts second seconds minutes hours days algorithm alg header headers policy policies reviewer review
    reviews rotation rotate refresh protocol scheme method methods mode format field fields prefix suffix id ids
    uid user users username required optional min max minimum maximum age interval period schedule strategy kind
    source sources store stores manager controller request requests response responses validation validator
    verify verification status state error errors failure failures message messages bucket buckets quota usage
    used total budget budgets rate price cost per in out cache cached retries retry attempts level map mapping
    template templates pattern regex rule rules role roles scope scopes group groups realm domain domains server
    servers service services sub subject claim claims backend driver helper key_id keyid hint label labels
    annotation annotations account accounts exists exist valid invalid missing found failed changed updated
    created at time date
    """
)
"""`TOKEN_TTL`, `DB_PASSWORD_FILE`: about a credential, and mostly no credential."""

_IDS = _words(
    """
    id ids uid uuid guid digest checksum sha sha1 sha256 sha512 hash etag trace traceid span spanid request
    requestid revision commit version tag image build fingerprint thumbprint serial kid modulus cert certificate
    ca crt pem publickey integrity cid ray correlation operation insertid resourceversion generation cabundle
    bundle uidnumber pub public etags nonce challenge resource selflink sum
    """
)
_SUMS = frozenset({"checksum", "checksums", "digest", "fingerprint", "thumbprint"})
"""`checksum/secret`: of a credential, and none."""

_HOOKS = _words(
    """
    webhook webhooks hook hooks
    """
)
_NO_KEYS = _words(
    """
    monkey turkey donkey hotkey hockey jockey whiskey key keystone keyspace public sort partition primary
    foreign
    """
)
_GLUED = ("password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey",
          "authkey", "userkey", "signingkey", "sharedkey", "accountkey", "passcode")  # fmt: skip
_GLUED_PASSWORDS = ("password", "passwd", "passphrase", "passwort", "kennwort", "storepass", "keypass", "userpass",
                    "adminpass", "rootpass", "wachtwoord", "密码", "密碼", "口令", "パスワード",
                    "비밀번호")  # fmt: skip
"""Chinese and Japanese write no space between words: `数据库密码`."""

_EXTRA = _words(
    """
    data json yaml text blob content bytes
    value values val plain plaintext raw text txt str string env var old new current previous prev default prod
    production dev development stage staging stg test testing live base64 b64 encoded encrypted enc hash hashed
    md5 bcrypt primary secondary main a b c x y main backup base
    """
)
"""`DB_PASSWORD_PROD`, `password_hash`: what stands behind a credential's name and leaves it one."""


class Says(IntEnum):
    """How much a name says of its value."""

    NOTHING = 0
    PERHAPS = 1
    """The value decides: it has to look made up or drawn at random."""

    CREDENTIAL = 2
    PASSWORD = 3
    """Of people's passwords, words and numbers are no exception."""


def words_of(name: str) -> list[str]:
    """The words of a name in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` have the same."""
    pattern = _WORD if name.isascii() else _ANY_WORD
    return [word.lower() for word in pattern.findall(name[-_LONGEST:])]


@lru_cache(maxsize=20_000)
def says(name: str) -> Says:
    """What a name says of its value."""
    words = words_of(name)
    if not _SUMS.isdisjoint(words):
        return Says.NOTHING
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _EXTRA):
        words.pop()
    if not words:
        return Says.NOTHING
    if _is_fingerprint(words):
        return Says.NOTHING
    own = _of_last(words)
    if own is not Says.NOTHING:
        return own
    earlier = max((_of_last(words[: i + 1]) for i in range(len(words) - 1)), default=Says.NOTHING)
    if earlier is Says.NOTHING:
        return Says.PERHAPS if words[-1] == "key" and len(words) > 1 and words[-2] not in _NO_KEYS else earlier
    if words[-1] in _ABOUT or words[-1] in _IDS:
        return Says.PERHAPS
    return Says.CREDENTIAL if earlier is not Says.PERHAPS else earlier


_PUBLIC_KEYS = frozenset({("gpg", "key"), ("gpg", "keys"), ("pgp", "key"), ("pgp", "keys"), ("gpgkey",)})


def _is_fingerprint(words: list[str]) -> bool:
    """`GPG_KEY` of the official images: the fingerprint of the public key with which a release was signed."""
    return tuple(words) in _PUBLIC_KEYS


def _of_last(words: list[str]) -> Says:
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _PASSWORDS or last.endswith(_GLUED_PASSWORDS):
        return Says.PASSWORD
    if last in _CREDENTIALS or (last in ("key", "keys") and before in _KEYS) or last.endswith(_GLUED):
        return Says.CREDENTIAL
    if (before, last) in _PAIRS:
        return Says.CREDENTIAL
    if last.endswith("key") and last not in _NO_KEYS and len(last) > 3:
        return Says.PERHAPS
    return Says.NOTHING


_PAIRS = frozenset({("connection", "string"), ("conn", "string"), ("conn", "str"), ("security", "answer"),
                    ("webhook", "token"), ("basic", "auth"), ("pin", "code"), ("tan", "code"),
                    ("session", "id"), ("backup", "codes"), ("recovery", "code")})  # fmt: skip


@lru_cache(maxsize=20_000)
def is_identity(name: str) -> bool:
    """Whether what stands under a name is there to tell things apart or to check them, and is random for that."""
    words = [word for word in words_of(name) if not word.isdigit()]
    return bool(words) and (words[-1] in _IDS or (len(words) > 1 and "".join(words[-2:]) in _IDS))


@lru_cache(maxsize=20_000)
def is_hook(name: str) -> bool:
    """Whether the value is the address of a webhook: who knows it may post."""
    return any(word in _HOOKS or word.endswith("webhook") for word in words_of(name))
