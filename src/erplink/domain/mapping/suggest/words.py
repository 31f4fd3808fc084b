"""Words: what the name of a field means, whatever the writing, and in some languages."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

from erplink.domain.frozen import FrozenDict

__all__ = ["meaning", "words"]

_BETWEEN_WORDS: Final = re.compile(r"[\W_]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def words(name: str, *, without: Collection[str] = ()) -> tuple[str, ...]:
    """The words of a key or label, folded, however they are put together.

    Words of ``without`` say nothing here and are left out, unless nothing else would be left.
    """
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    found = tuple(word.casefold() for word in _BETWEEN_WORDS.split(bare) if word)
    return tuple(word for word in found if word not in without) or found


# One meaning to a line: in English first, then as ERPs in German, Swedish, Danish, Norwegian and
# French write it. Folded, without accents, and as one word.
_SYNONYMS: Final = """
name companyname fullname displayname organisationname organizationname firma firmenname namn foretagsnamn navn nom raisonsociale
name2 nameline2 additionalname secondname
firstname givenname forename vorname fornamn fornavn prenom
lastname surname familyname nachname efternamn etternavn efternavn nomdefamille
orgnumber orgnr orgno orgnummer organisationnumber organizationnumber organisationno organisationsnummer organisasjonsnummer companynumber companyregistrationnumber registrationnumber registernumber handelsregisternummer cvr cvrnr siren siret
vatnumber vat vatno vatregno vatnr vatid vatcode vatregistrationno vatregistrationnumber taxid taxnumber ustid ustidnr ustidnummer umsatzsteuerid umsatzsteueridentifikationsnummer momsnr momsnummer momsregnr mvanummer numerotva tva notva
code number no nr customerno customernumber customercode customerid customernr supplierno suppliernumber suppliercode vendorno vendornumber accountno accountnumber clientno clientnumber debitorno kundnr kundnummer kundenr kundennr kundennummer lieferantennummer leverantorsnummer codeclient
street streetaddress address addressline strasse str adresse adress gatuadress gata gateadresse vej rue
street2 address2 addressline2 adresszusatz adress2 adresse2 complementadresse
zip zipcode postalcode postcode plz postleitzahl postnr postnummer codepostal
city town ort stadt postort stad by ville
state region province county bundesland kanton lan fylke departement
country countrycode land landcode landkod lander pays
phone phoneno phonenumber telephone telephoneno telephonenumber tel telno telefon telefonnr telefonnummer tlf tlfnr
mobile mobileno mobilenumber mobilephone cell cellphone handy mobil mobiltelefon mobilnr mobilnummer portable
fax faxno faxnumber telefax faxnummer telecopie
email emailaddress mail mailaddress epost epostadress epostadresse courriel
website web webpage webaddress homepage url www internet hemsida webseite hjemmeside siteweb
department division abteilung avdelning avdeling afdeling service
currency currencycode waehrung wahrung valuta valutakod devise
creditlimit creditline creditmax kreditlimit kreditgrans kreditgrense limitedecredit plafond
paymentterms paymentterm paymentcondition paymentconditions termsofpayment zahlungsbedingung zahlungsbedingungen zahlungsziel betalningsvillkor betalingsbetingelser conditionsdepaiement
notes note comment comments remark remarks memo description bemerkung notiz anmerkung kommentar anteckning merknad bemaerkning remarque commentaire
active isactive enabled aktiv actif
created createdat createdon createddate creationdate erstellt erstelltam skapad opprettet oprettet
modified modifiedat modifiedon lastmodified changed changedat updated updatedat geandert geaendert andrad endret aendret
language languagecode lang sprache sprak langue
category group customergroup kategorie gruppe kundengruppe kundgrupp kategori categorie groupe
title jobtitle position function titel funktion fonction
contact contactperson contactname ansprechpartner kontaktperson kontakt
"""  # noqa: E501 - a line is a meaning

_MEANINGS: Final = FrozenDict(
    {
        synonym: line.split()[0]
        for line in _SYNONYMS.strip().splitlines()
        for synonym in line.split()
    }
)


def meaning(found: tuple[str, ...]) -> str:
    """What the words together are called here, or the words written as one.

    One of several is called as one alone: ``phones`` and ``address1``.
    """
    joined = "".join(found)
    one: str = joined.removesuffix("s").removesuffix("1")
    known: str = _MEANINGS.get(joined) or _MEANINGS.get(one, joined)
    return known
