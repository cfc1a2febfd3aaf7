"""Search: which resources the search parameters of a request match, and what is refused.

Every expectation is written by hand; there is no matcher here that could be wrong in the same way.
"""

from psp.area import Area

SERVER = "https://fhir.example/r4"
LOINC, PROFILE = "http://loinc.org", "https://district.example/p"

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {
        "lastUpdated": "2026-05-01T08:00:00.250+03:00",
        "profile": [PROFILE + "|2.1"],
        "tag": [{"system": "https://district.example/tags", "code": "north"}],
    },
    "identifier": [
        {"system": "https://moh.example/nid", "value": "A,17|4"},
        {"value": "house 9"},
    ],
    "active": True,
    "name": [
        {"family": "Núñez  de Groß", "given": ["Zoë", "Ana"]},
        {"text": "Σοφός", "prefix": ["Dr."]},
    ],
    "telecom": [
        {"system": "phone", "value": "+254 700 1"},
        {"system": "email", "value": "zoe@example.org"},
    ],
    "gender": "female",
    "birthDate": "1990-02",
    "deceasedBoolean": False,
    "address": [{"line": ["12 Rue de l'Église"], "city": "Kisumu"}],
    "generalPractitioner": [
        {"reference": "Practitioner/dr1"},
        {"reference": SERVER + "/Organization/o1/_history/3"},
        {"reference": "https://other.example/Practitioner/dr2"},
        {"identifier": {"value": "x"}},
    ],
}
BARE = {"resourceType": "Patient", "id": "p2", "name": [{"given": [None, "Ravi"]}]}
HINDI = {"resourceType": "Patient", "id": "p3", "name": [{"family": "शीला"}]}
KOREAN = {"resourceType": "Patient", "id": "p5", "name": [{"family": "각"}]}
DEAD = {"resourceType": "Patient", "id": "p4", "deceasedDateTime": "2016-12-31T23:59:60Z"}
OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": LOINC, "code": "8302-2"}, {"code": "height"}], "text": "Height"},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-05-01T01:30:00+03:00",
    "valueString": "tall",
}
GROUP = {
    "resourceType": "Observation",
    "id": "o2",
    "status": "final",
    "code": {"text": "Height"},
    "subject": {"reference": "Group/p1"},
    "effectiveTiming": {
        "event": ["2026-05-03", "2026-05-01T08:00:00Z"],
        "repeat": {"boundsPeriod": {"end": "2026-06"}},
    },
}
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e1",
    "period": {"start": "2026-05-01T10:00:00Z"},
    "participant": [{"individual": {"reference": "#x", "type": "Practitioner"}}],
}
CLOSED = {
    "resourceType": "Encounter",
    "id": "e2",
    "period": {"start": "2026-05-01", "end": "2026-05-02"},
}
BROKEN = {"resourceType": "Encounter", "id": "e3", "period": {"start": "soon", "end": "2026-05-02"}}
ANSWERS = {
    "resourceType": "QuestionnaireResponse",
    "id": "q1",
    "questionnaire": "https://district.example/q|1.2#part",
    "authored": "2026-05-01T08:00:00.5Z",
}
RESOURCES = {
    "patient": PATIENT,
    "bare": BARE,
    "hindi": HINDI,
    "korean": KOREAN,
    "dead": DEAD,
    "observation": OBSERVATION,
    "group": GROUP,
    "encounter": ENCOUNTER,
    "closed": CLOSED,
    "broken": BROKEN,
    "answers": ANSWERS,
}
Y, N = True, False

# number, requirement, resource, parameters, whether it matches
ROWS = [
    (1, 9, "patient", [], Y),
    (2, 9, "patient", [("gender", "female"), ("family", "nunez")], Y),
    (3, 9, "patient", [("gender", "female"), ("family", "nunes")], N),
    (4, 9, "patient", [("gender", "male,female")], Y),
    (5, 9, "patient", [("given", "Ana"), ("given", "Zoe")], Y),
    (6, 12, "patient", [("_id", "p1")], Y),
    (7, 12, "patient", [("_id", "P1")], N),
    (8, 12, "patient", [("phone", "zoe@example.org")], N),
    (9, 12, "patient", [("email", "zoe@example.org")], Y),
    (10, 12, "patient", [("deceased", "false")], Y),
    (11, 12, "dead", [("deceased", "true")], Y),
    (12, 12, "bare", [("given", "ravi")], Y),
    (13, 12, "observation", [("patient", "Patient/p1")], Y),
    (14, 12, "group", [("patient", "p1")], N),
    (15, 12, "observation", [("value-string", "TALL")], Y),
    (16, 13, "patient", [("identifier", "A\\,17\\|4")], Y),
    (17, 13, "patient", [("identifier", "A,17\\|4")], N),
    (18, 13, "patient", [("identifier", "https://moh.example/nid|A\\,17\\|4")], Y),
    (20, 14, "observation", [("code", LOINC + "|8302-2")], Y),
    (21, 14, "observation", [("code", LOINC + "|height")], N),
    (22, 14, "observation", [("code", "|height")], Y),
    (23, 14, "observation", [("code", "|8302-2")], N),
    (24, 14, "observation", [("code", LOINC + "|")], Y),
    (25, 14, "observation", [("code", "Height")], N),
    (26, 14, "patient", [("gender", "http://hl7.org/fhir/administrative-gender|female")], Y),
    (27, 14, "patient", [("gender", "|female")], N),
    (28, 14, "patient", [("_tag", "https://district.example/tags|north")], Y),
    (29, 14, "patient", [("active", "true")], Y),
    (30, 14, "patient", [("gender", "Female")], N),
    (31, 16, "patient", [("gender:not", "male")], Y),
    (32, 16, "patient", [("gender:not", "male,female")], N),
    (33, 16, "bare", [("gender:not", "male,female")], Y),
    (40, 17, "patient", [("family", "NUNEZ DE GROSS")], Y),
    (41, 17, "patient", [("family", "Groß")], N),
    (42, 17, "patient", [("family:contains", "e gross")], Y),
    (43, 17, "patient", [("name", "σοφοσ")], Y),
    (44, 17, "patient", [("name", "dr.")], Y),
    (45, 17, "patient", [("name", "dr ")], Y),
    (46, 17, "patient", [("address", "12 rue de l'eglise")], Y),
    (47, 17, "patient", [("address-city", "kis")], Y),
    (48, 17, "hindi", [("family", "शाला")], N),
    (49, 18, "patient", [("given:exact", "Zoë")], Y),
    (50, 18, "patient", [("given:exact", "Zoe")], N),
    (51, 18, "patient", [("family:exact", "Núñez")], N),
    (60, 20, "patient", [("general-practitioner", "dr1")], Y),
    (61, 20, "patient", [("general-practitioner", "Practitioner/dr1")], Y),
    (62, 20, "patient", [("general-practitioner", "Organization/dr1")], N),
    (63, 20, "patient", [("general-practitioner", "Practitioner/dr2")], N),
    (64, 20, "patient", [("general-practitioner", "https://other.example/Practitioner/dr2")], Y),
    (65, 19, "patient", [("general-practitioner", "Organization/o1")], Y),
    (66, 19, "patient", [("general-practitioner", SERVER + "/Practitioner/dr1")], Y),
    (67, 24, "answers", [("questionnaire", "https://district.example/q")], Y),
    (68, 24, "answers", [("questionnaire", "https://district.example/q|1.2")], Y),
    (69, 24, "answers", [("questionnaire", "https://district.example/q|1")], N),
    (70, 24, "patient", [("_profile", PROFILE)], Y),
    (80, 21, "observation", [("date", "2026-05-01")], Y),
    (81, 21, "observation", [("date", "2026-04-30")], N),
    (82, 21, "observation", [("date", "lt2026-04-30T23:00:00Z")], Y),
    (83, 21, "observation", [("date", "2026-04-30T22:30Z")], Y),
    (84, 22, "patient", [("birthdate", "1990")], Y),
    (85, 22, "patient", [("birthdate", "1990-02-14")], N),
    (86, 22, "patient", [("birthdate", "gt1990-02-14")], Y),
    (87, 22, "patient", [("birthdate", "gt1990-02")], N),
    (88, 22, "patient", [("birthdate", "ne1990-02-14")], Y),
    (89, 22, "bare", [("birthdate", "ne1990")], N),
    (90, 22, "encounter", [("date", "gt2030")], Y),
    (91, 22, "encounter", [("date", "ge2026-05-01T10:00:00Z")], Y),
    (92, 22, "encounter", [("date", "le2026-05-01")], N),
    (106, 22, "encounter", [("date", "le2026-05-02")], Y),
    (93, 22, "encounter", [("date", "2026")], N),
    (94, 22, "closed", [("date", "le2026-05-02")], Y),
    (95, 22, "closed", [("date", "gt2026-05-01T23:59:59Z")], Y),
    (96, 22, "closed", [("date", "2026-05-01,2026-05-02")], N),
    (97, 22, "broken", [("date", "ne2026")], N),
    (98, 22, "group", [("date", "gt2026-05-31")], Y),
    (99, 22, "group", [("date", "lt1900")], Y),
    (100, 22, "answers", [("authored", "2026-05-01T08:00:00Z")], Y),
    (101, 22, "answers", [("authored", "2026-05-01T08:00:00.51Z")], N),
    (102, 22, "answers", [("authored", "gt2026-05-01T08:00:00.51Z")], Y),
    (103, 22, "dead", [("death-date", "2016-12-31T23:59:59Z")], Y),
    (104, 22, "dead", [("death-date", "gt2016-12-31T23:59:59.9Z")], N),
    (105, 22, "patient", [("_lastUpdated", "ge2026-05-01T05:00:00.25Z")], Y),
    (110, 23, "bare", [("gender:missing", "true")], Y),
    (111, 23, "patient", [("gender:missing", "true")], N),
    (112, 23, "observation", [("date:missing", "false")], Y),
    (113, 23, "group", [("patient:missing", "true")], Y),
    (114, 23, "encounter", [("practitioner:missing", "false")], Y),
    (116, 23, "bare", [("deceased:missing", "false")], Y),
    (52, 17, "korean", [("family", "가")], N),
    (53, 17, "korean", [("family", "각")], Y),
    (115, 23, "patient", [("deceased:missing", "true")], N),
    (120, 5, "patient", [("birthdate", "1990"), ("gender", "female")], Y),
    (121, 5, "bare", [("birthdate", "1990")], N),
    (122, 13, "patient", [("identifier", "A\\,17")], N),
    (123, 27, "patient", [("identifier", "\\$5\\\\,house 9")], Y),
    (124, 27, "patient", [("identifier", "\\$5")], N),
    (125, 15, "patient", [("identifier", "https://moh.example/nid|")], Y),
    (126, 15, "patient", [("identifier", "https://moh.example/NID|")], N),
    (127, 15, "patient", [("active", "false")], N),
    (128, 16, "patient", [("active:not", "true")], N),
    (129, 19, "patient", [("general-practitioner", SERVER + "x/Practitioner/dr1")], N),
    (130, 19, "patient", [("general-practitioner", "https://FHIR.example/r4/Practitioner/dr1")], N),
    (131, 19, "patient", [("general-practitioner", "Practitioner/dr2")], N),
    (132, 24, "answers", [("questionnaire", "https://district.example/q#part")], N),
    (133, 9, "patient", [("given", "Ana,Ravi"), ("given", "Ravi")], N),
    (134, 12, "encounter", [("practitioner", "x")], N),
]

# number, requirement, resource, name, value
REFUSED = [
    (201, 5, "patient", "favourite-colour", "red"),
    (202, 5, "patient", "Gender", "female"),
    (203, 5, "patient", "", "x"),
    (204, 5, "patient", "_text", "x"),
    (205, 5, "patient", "_content", "x"),
    (206, 5, "patient", "_filter", "x"),
    (207, 5, "patient", "_has", "x"),
    (208, 5, "patient", "_source", "https://a.example"),
    (209, 5, "patient", "_count", "1"),
    (210, 5, "patient", "_sort", "name"),
    (211, 5, "patient", "_include", "Patient:organization"),
    (212, 5, "patient", "phonetic", "nunes"),
    (213, 5, "patient", "mothersMaidenName", "x"),
    (214, 5, "patient", "constructor", "x"),
    (215, 5, "observation", "value-quantity", "5"),
    (216, 5, "observation", "code-value-quantity", "8302-2$5"),
    (217, 5, "observation", "birthdate", "1990"),
    (218, 5, "encounter", "length", "5"),
    (219, 5, "answers", "item-text", "x"),
    (220, 5, "patient", "gender:text", "fem"),
    (221, 5, "patient", "gender:in", "https://a.example/vs"),
    (222, 5, "patient", "gender:not-in", "https://a.example/vs"),
    (223, 5, "patient", "gender:above", "female"),
    (224, 5, "patient", "gender:below", "female"),
    (225, 5, "patient", "gender:exact", "female"),
    (226, 5, "patient", "gender:", "female"),
    (227, 5, "patient", "gender:not:missing", "true"),
    (228, 5, "patient", "gender:NOT", "female"),
    (229, 5, "patient", "identifier:of-type", "a|b|c"),
    (230, 5, "patient", "family:not", "x"),
    (231, 5, "patient", "family:text", "x"),
    (232, 5, "patient", "birthdate:not", "1990"),
    (233, 5, "patient", "birthdate:exact", "1990"),
    (234, 5, "observation", "subject:Patient", "p1"),
    (235, 5, "observation", "subject:identifier", "a|b"),
    (236, 5, "observation", "subject:not", "p1"),
    (237, 5, "observation", "subject.name", "Ana"),
    (238, 5, "observation", "subject:Patient.name", "Ana"),
    (239, 5, "patient", "_id:exact", "p1"),
    (240, 5, "patient", "_profile:below", PROFILE),
    (250, 27, "patient", "gender", ""),
    (251, 27, "patient", "gender", "male,"),
    (252, 27, "patient", "gender", ",male"),
    (253, 27, "patient", "gender", "male,,female"),
    (254, 27, "patient", "identifier", "|"),
    (255, 27, "patient", "identifier", "a|b|c"),
    (256, 27, "patient", "identifier", "a\\b"),
    (257, 27, "patient", "identifier", "a\\"),
    (258, 27, "patient", "identifier", "a$b"),
    (259, 27, "patient", "family", "a|b"),
    (260, 27, "patient", "family", "\u0301"),
    (261, 27, "patient", "family", "  "),
    (262, 27, "patient", "family:contains", "\u0301"),
    (263, 27, "patient", "birthdate", "1990|1991"),
    (270, 15, "patient", "telecom", "phone|+254 700 1"),
    (271, 15, "patient", "_id", "|p1"),
    (272, 15, "patient", "active", "http://hl7.org/fhir/special-values|true"),
    (273, 15, "patient", "active", "yes"),
    (274, 15, "patient", "active", "True"),
    (275, 15, "patient", "deceased", "2016"),
    (276, 15, "patient", "deceased", "|true"),
    (280, 20, "observation", "subject", "Patient/p1/_history/2"),
    (281, 20, "observation", "subject", "https://other.example/Patient/p1/_history/2"),
    (282, 20, "observation", "subject", "#p1"),
    (283, 20, "observation", "subject", "r4/Patient/p1"),
    (284, 20, "observation", "subject", "/Patient/p1"),
    (285, 20, "observation", "subject", "patient/p1"),
    (286, 20, "observation", "subject", "Patient/p_1"),
    (287, 20, "observation", "subject", "Patient/p1|2"),
    (288, 24, "answers", "questionnaire", "https://district.example/q|"),
    (289, 24, "answers", "questionnaire", "https://district.example/q|1|2"),
    (300, 22, "patient", "birthdate", "ap1990"),
    (301, 22, "patient", "birthdate", "sa1990"),
    (302, 22, "patient", "birthdate", "eb1990"),
    (303, 22, "patient", "birthdate", "xx1990"),
    (304, 22, "patient", "birthdate", "GE1990"),
    (305, 22, "patient", "birthdate", "ge"),
    (306, 22, "patient", "birthdate", "ge 1990"),
    (307, 22, "patient", "birthdate", "90"),
    (308, 22, "patient", "birthdate", "1990-13"),
    (309, 22, "patient", "birthdate", "1990-02-30"),
    (310, 22, "patient", "birthdate", "1990-2-3"),
    (311, 22, "observation", "date", "2026-05-01T08:00:00"),
    (312, 22, "observation", "date", "2026-05-01T08Z"),
    (313, 22, "observation", "date", "2026-05-01T08:00:00.Z"),
    (314, 22, "observation", "date", "2026-05-01T08:00:00z"),
    (315, 22, "observation", "date", "2026-05-01T24:00Z"),
    (316, 22, "observation", "date", "2026-05-01T08:00 03:00"),
    (317, 22, "observation", "date", "today"),
    (320, 23, "patient", "gender:missing", "yes"),
    (321, 23, "patient", "gender:missing", ""),
    (322, 23, "patient", "gender:missing", "true,false"),
    (323, 23, "patient", "deceased:missing", "1"),
]


def title(resource, parameters):
    shown = "&".join(f"{name}={value}" for name, value in parameters)
    return f"{resource}: {shown or 'no parameter'}"


def area():
    a = Area("search", "SRC", "Search: which resources match, what is refused")
    a.flag("lost", "Failure means that records are lost in silence.")
    a.flag("shared", "Failure means that records go out that nobody asked for.")
    a.group("query", server_url=SERVER, resources=RESOURCES)
    for number, requirement, resource, parameters, expect in ROWS:
        listed = [{"name": name, "value": value} for name, value in parameters]
        data = {"resource": resource, "parameters": listed}
        flags = ["lost" if expect else "shared"]
        requirements = [f"PSP-SEL-{requirement}"]
        a.valid(number, title(resource, parameters), requirements, data, expect, flags)
    for number, requirement, resource, name, value in REFUSED:
        data = {"resource": resource, "parameters": [{"name": name, "value": value}]}
        requirements = sorted({"PSP-SEL-5", f"PSP-SEL-{requirement}"})
        shown = title(resource, [(name, value)])
        a.invalid(number, shown, requirements, data, "SELECTION_UNSUPPORTED", ["lost"])
    return a
