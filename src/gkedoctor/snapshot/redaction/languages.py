"""Words for a password, a code and a login in the languages that messages are written in, as parts of patterns.

Each is the word that the user interface of the language uses (CLDR, Microsoft's terminology, GNU's translations). Names
of variables are judged in `names.py`.
"""

from __future__ import annotations

LATIN = (
    r"password|passphrase|passcode|passwd|pwd|pw|passwort\w{0,3}|kennwort\w{0,3}|losungswort|geheimzahl"
    r"|mots?[ ]de[ ]passe|mdp|contraseñas?|contrasenas?|contrasenya|contrasinal|claves?(?![ ](?:primaria|for[áa]nea|[úu]nica|ajena))(?:[ ]de[ ]acceso)?|senhas?"
    r"|palavras?[ -](?:passe|chave)|parola[ ](?:d['’]ordine|chiave|di[ ]accesso)|wachtwoord\w{0,3}|wagwoord|lösenord\w{0,3}"
    r"|losenord|adgangskode\w{0,2}|kodeord\w{0,2}|passord\w{0,2}|lykilorð\w{0,2}|salasana\w{0,3}|parool\w{0,2}|has[łl](?:o|a|em)"
    r"|hesl(?:o|a|em|u)|jelsz(?:ó|o|av)\w{0,4}|parol(?:a|ă|ei|ü|u|ası|asi|en|e|es|ya)?|lozink[aeu]|gesl[oa]|[şs]ifre\w{0,4}"
    r"|şifrə\w{0,4}|slaptažod\w{1,4}|slaptazodis|pasahitza?k?|fjalëkalimi\w{0,2}|kata[ ](?:sandi|laluan|kunci)|mật[ ]khẩu"
    r"|mat[ ]khau|nenosiri|cyfrinair|pasfhocal|pasvorto|lozinka|focal[ ]faire"
)
"""In Latin letters."""

LATIN_STEMS = (
    "pass", "pw", "kennwort", "losung", "geheimzahl", "mot de", "mots de", "mdp", "contras", "clave", "senha", "palavra",
    "parol", "wachtwoord", "wagwoord", "lösenord", "losenord", "adgangskode", "kodeord", "lykilor", "salasana", "parool",
    "hasł", "hasl", "hesl", "jelsz", "lozink", "gesl", "şifr", "sifr", "slapta", "pasahitz", "fjal", "kata ", "mật", "mat khau",
    "nenosiri", "cyfrin", "pasf", "pasvorto", "focal",
)  # fmt: skip
"""How they begin, in lower case."""

OTHER = (
    r"парол\w{0,3}|лозинк\w|құпиясөз\w{0,3}|нууц[ ]үг|пароли|κωδικ\w{2,3}(?:[ ]πρόσβασης)?|συνθηματικ\w{1,2}|סיסמ[האת]\w?|ססמה|כמת[ ]סוד"
    r"|كلمة[ ]ال(?:مرور|سر)|كلمات[ ]المرور|الرقم[ ]السري|الرمز[ ]السري|رمز[ ]?(?:عبور|المرور)|گذرواژه|کلمه[ ]عبور|پاس[ ]?ورڈ"
    r"|पासवर्ड|कूटशब्द|পাসওয়ার্ড|কুটশব্দ|கடவுச்சொல்|పాస్‌?వర్డ్|પાસવર્ડ|ਪਾਸਵਰਡ|ಪಾಸ್‌?ವರ್ಡ್|പാസ്‌?വേഡ്|මුරපදය|รหัสผ่าน|ລະຫັດຜ່ານ|စကားဝှက်"
    r"|ពាក្យសម្ងាត់|პაროლი|գաղտնաբառ\w?|የይለፍ[ ]ቃል|密码|密碼|口令|通行码|パスワード|暗証番号|合言葉|비밀번호|암호|패스워드"
)
"""In other letters. Where no spaces are written, the value follows a particle: `パスワードはX`, `密码为X`."""

IS = (
    r"is|was|are|be|ist|sind|lautet|wurde|wird|heißt|est|sera|devient|es|será|era|é|è|sarà|diventa|jest|to|är|er|on|je|este|sunt|jako|now|nun"
    r"|jetzt|teraz|désormais|—|–|-|=|:|=>|->|→|⇒|это|теперь|то|είναι|olarak|adalah|là|į|është|tar"
    r"|(?:set|changed|reset|updated)(?:[ ]to)?|[^\W\d]{3,12}(?:at[ao]|iert|ert|one|ono|ён|ен|ено|ena|ně[nt]|ad[ao]|é|igd)[ ](?:in|na|на|en|em|auf|zu|à|a|para)|auf|zu"
)
"""Words and signs between a word for a password and the value."""

AS = r"is|was|as|ist|als|est|comme|es|como|é|è|come|jest|jako|är|som|er|is|—|это|как|olarak|sebagai|là"
"""Words between a value and a word for a password behind it."""

LOGINS = (
    r"credentials?|creds|logins?|log-?on|zugang\w{0,12}|anmeld\w{1,12}|identifiants?|accès|acces|accesos?|accessi|accesso|acessos?|access"
    r"|credencia(?:les|is)|credenziali|dane[ ]logowania|dostęp|inloggegevens|inlog\w{0,8}|přihláš\w{1,8}|přístup\w{0,4}|belépés\w{0,4}"
    r"|giriş\w{0,8}|kirjautu\w{1,8}|innlogging\w{0,4}|konto|compte|cuenta|conta|account|user/pass\w{0,8}|доступ\w{0,4}|уч[её]тн\w{1,4}|логин\w{0,3}"
    r"|вход\w{0,3}|登录|登錄|帐号|账号|ログイン|アカウント|계정|로그인|đăng[ ]nhập|masuk|تسجيل|लॉगिन"
)
"""Words that announce a pair of user and password."""

LOGIN_STEMS = (
    "cred", "log", "zugang", "anmeld", "identif", "acc", "acess", "dane log", "dost", "inlog", "přih", "přís", "belép", "giri",
    "kirj", "innlog", "konto", "compte", "cuenta", "conta", "user/pass", "доступ", "уч", "логин", "вход", "登", "帐", "账", "ログ",
    "アカ", "계정", "로그", "đăng", "masuk", "تسجيل", "लॉ",
)  # fmt: skip
CODE_STEMS = ("code", "kod", "kód", "cód", "codi", "otp", "tan", "pin", "passcode", "einmal", "mã ")

CODES = (
    r"(?:verification|log-?in|sign-?in|one[- ]?time|security|access|auth(?:entication|orization|enticator)?|confirmation|2fa|mfa|otp|sms"
    r"|activation|pairing|recovery|invitation|unlock|passcode|pin)[ -]?(?:pass)?(?:code|pin|passcode)s?"
    r"|(?:anmelde|bestätigungs|bestaetigungs|sicherheits|zugangs|zutritts|freischalt|einmal|verifizierungs|prüf|aktivierungs|tan-?)codes?"
    r"|(?:code|codes|código|codigo|codice|codi|kod|kód|kode|koodi|code)[ ](?:unique[ ])?(?:de[ ]|di[ ]|do[ ]|d['’])?(?:vérification|confirmation|sécurité"
    r"|connexion|accès|verificaci[óo]n|verificação|verifica|seguridad|segurança|acceso|accesso|acesso|autentica\w{2,5}|weryfikacyjny|jednorazowy"
    r"|dostępu|autoryzacyjny|ověření|verifikasi|otp|sicurezza|conferma)"
    r"|(?:doğrulama|onay)[ ]kodu|(?:verificatie|beveiligings|inlog|bevestigings)code|(?:engangs|verifierings|bekräftelse|bekreftelses)kod\w{0,2}"
    r"|mã[ ](?:xác[ ](?:nhận|minh)|otp)|otp(?:[ -]code)?|totp|tan|pin(?:[ -]?code)?|einmal(?:pin|kennwort|passwort)"
)
"""Codes that a person gets for one login, in Latin letters. `exit code`, `status code`, `error code` are none of them."""

OTHER_CODES = (
    r"код[ ](?:подтверждения|доступа|входа|авторизации)|одноразовый[ ](?:код|пароль)|κωδικός[ ]επαλήθευσης|קוד[ ](?:אימות|כניסה)|رمز[ ](?:التحقق|التأكيد)"
    r"|ओटीपी|सत्यापन[ ]कोड|รหัส(?:ยืนยัน|otp)|验证码|驗證碼|校验码|動態碼|认证码|認証コード|確認コード|인증[ ]?(?:번호|코드)|확인[ ]코드"
)
"""The same in other letters."""

WRONG = frozenset(
    [
        "falsch",
        "ungültig",
        "abgelaufen",
        "fehlt",
        "gesperrt",
        "leer",
        "erforderlich",
        "geändert",
        "zurückgesetzt",
        "vergessen",
        "unbekannt",
        "abgelehnt",
        "incorrect",
        "incorrecte",
        "invalide",
        "expiré",
        "manquant",
        "oublié",
        "requis",
        "vide",
        "modifié",
        "refusé",
        "inconnu",
        "erroné",
        "incorrecto",
        "incorrecta",
        "inválido",
        "inválida",
        "caducado",
        "caducada",
        "requerida",
        "requerido",
        "olvidada",
        "olvidado",
        "cambiada",
        "vacía",
        "incorreta",
        "incorreto",
        "expirada",
        "expirado",
        "obrigatória",
        "vazia",
        "errata",
        "scaduta",
        "errato",
        "mancante",
        "richiesta",
        "dimenticata",
        "onjuist",
        "ongeldig",
        "verlopen",
        "vereist",
        "vergeten",
        "leeg",
        "fel",
        "felaktigt",
        "ogiltigt",
        "utgånget",
        "krävs",
        "glömt",
        "forkert",
        "ugyldig",
        "nieprawidłowe",
        "wygasło",
        "wymagane",
        "niepoprawne",
        "zmienione",
        "puste",
        "nesprávné",
        "neplatné",
        "vypršelo",
        "povinné",
        "zapomenuté",
        "helytelen",
        "érvénytelen",
        "lejárt",
        "kötelező",
        "yanlış",
        "hatalı",
        "geçersiz",
        "zorunlu",
        "incorectă",
        "greșită",
        "expirată",
        "salah",
        "неверный",
        "неправильный",
        "истёк",
        "истек",
        "обязателен",
        "изменён",
        "изменен",
        "недействителен",
        "отклонён",
        "пуст",
        "ist",
        "sind",
        "wurde",
        "wird",
        "ein",
        "eine",
        "der",
        "die",
        "das",
        "nicht",
        "est",
        "une",
        "pas",
        "le",
        "la",
        "les",
        "del",
        "della",
        "non",
        "kein",
        "keine",
        "mit",
        "und",
        "oder",
        "von",
    ]
)
"""What a message says of a password: words that are no value."""
