package lint

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// lookForPerson looks for what tells about a person. The name says so, or the value does by itself.
func (f *findings) lookForPerson(where, name, text string) {
	for _, rule := range []struct {
		name, what string
		holds      func(name, text string) bool
	}{
		{"mail_address", "a mail address", isMail},
		{"phone_number", "a telephone number", isPhone},
		{"card_number", "a payment card number", isCard},
		{"bank_account", "an IBAN", isIBAN},
		{"birth_date", "a date of birth", isBirthDate},
		{"postal_address", "a postal address", isAddress},
		{"identity_number", "an identity number", isIdentityNumber},
	} {
		if rule.holds(name, text) {
			f.add(rule.name, where, "it looks like %s, and anyone can read a token", rule.what)
			return
		}
	}
}

var mail = &pattern{expression: `[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)*\.\pL{2,}`}

// isMail leaves out service accounts, which are nobody.
func isMail(_, text string) bool {
	return mail.matches(text) && !strings.HasSuffix(text, ".gserviceaccount.com")
}

var phoneNames = []string{
	"phone", "phonenumber", "mobile", "mobilephone", "mobilenumber", "telephone", "telephonenumber", "tel", "msisdn", "cell",
	"cellphone", "homephone", "workphone", "fax",
}

var (
	international = &pattern{expression: `^(?:tel:)?\+[1-9][0-9 ().-]{6,20}$`} // E.164, and how people write it
	local         = &pattern{expression: `^\+?[0-9 ()./-]{6,25}$`}
)

func isPhone(name, text string) bool {
	n := len(digits(text))
	if n < 7 || n > 15 {
		return false
	}
	return international.matches(text) || slices.Contains(phoneNames, name) && local.matches(text)
}

// isCard wants the length, the first digits and the check digit of the card companies.
func isCard(_, text string) bool {
	number := unspaced(text)
	if len(number) < 13 || len(number) > 19 || digits(number) != number {
		return false
	}
	return ofCompany(number) && luhn(number)
}

// companies are the first digits of card numbers, from and to, and how long the whole is.
var companies = []struct {
	from, to string
	lengths  []int
}{
	{"4", "4", []int{13, 16, 19}},           // Visa
	{"51", "55", []int{16}},                 // Mastercard
	{"2221", "2720", []int{16}},             // Mastercard
	{"34", "34", []int{15}},                 // American Express
	{"37", "37", []int{15}},                 // American Express
	{"6011", "6011", []int{16, 19}},         // Discover
	{"644", "659", []int{16, 19}},           // Discover
	{"3528", "3589", []int{16, 17, 18, 19}}, // JCB
	{"300", "305", []int{14}},               // Diners Club
	{"36", "36", []int{14}},                 // Diners Club
	{"38", "39", []int{14}},                 // Diners Club
	{"62", "62", []int{16, 17, 18, 19}},     // UnionPay
}

func ofCompany(number string) bool {
	for _, c := range companies {
		first := number[:len(c.from)]
		if c.from <= first && first <= c.to && slices.Contains(c.lengths, len(number)) {
			return true
		}
	}
	return false
}

// luhn checks the last digit (ISO/IEC 7812-1 annex B). All zeros would pass.
func luhn(number string) bool {
	sum := 0
	for i := range number {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
			d -= d / 10 * 9
		}
		sum += d
	}
	return sum%10 == 0 && sum > 0
}

// isBirthDate goes by the name alone: any date could be one.
func isBirthDate(name, _ string) bool {
	return slices.Contains([]string{"birthdate", "birthday", "dateofbirth", "dob", "bday"}, name)
}

var streetNumber = &pattern{expression: `\pL.* .*[0-9]|[0-9].* .*\pL`}

func isAddress(name, text string) bool {
	switch name {
	case "streetaddress", "postaladdress", "homeaddress", "mailingaddress", "street", "postalcode", "zipcode", "zip":
		return true
	case "address", "formatted":
		return streetNumber.matches(text) // addresses of machines have no spaces
	}
	return false
}

func isIdentityNumber(name, _ string) bool {
	return slices.Contains([]string{
		"ssn", "socialsecuritynumber", "nationalid", "nationalidnumber", "taxid", "taxnumber", "passport", "passportnumber",
		"driverlicense", "driverslicense", "personnummer", "aadhaar", "curp", "cpf", "nino",
	}, name)
}

// isIBAN wants a country that has them, its length, and the check digits (ISO 13616).
func isIBAN(_, text string) bool {
	number := strings.ToUpper(unspaced(text))
	if len(number) < 15 || digits(number[2:4]) != number[2:4] || ibanLengths()[number[:2]] != len(number) {
		return false
	}
	rest := 0
	for _, c := range []byte(number[4:] + number[:4]) {
		switch {
		case c >= '0' && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}

// ibanLengths is how long an IBAN is, by country.
var ibanLengths = sync.OnceValue(func() map[string]int {
	lengths := map[string]int{}
	for _, entry := range strings.Fields("NO15 BE16 DK18 FI18 FO18 GL18 NL18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 XK20 " +
		"CH21 HR21 LI21 LV21 BG22 BH22 CR22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 TL23 OM23 SO23 " +
		"AD24 CZ24 ES24 MD24 PK24 RO24 SA24 SE24 SK24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 BI27 DJ27 FR27 GR27 IT27 " +
		"MC27 MR27 SM27 AL28 AZ28 BY28 CY28 DO28 GT28 HU28 LB28 NI28 PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 " +
		"MU30 YE30 MT31 SC31 LC32 RU33") {
		lengths[entry[:2]], _ = strconv.Atoi(entry[2:])
	}
	return lengths
})

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// unspaced is a number without what people put between its groups.
func unspaced(s string) string { return strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(s) }
