package users

// seed is who is in a new database.
var seed = []User{
	{Name: "Ada Moreau", Email: "ada@example.com", Age: 36, Country: "CA", Region: "Quebec", Newsletter: true, Role: "admin", Addresses: []Address{{"12 Rue Cartier", "Montreal"}}},
	{Name: "Bruno Keller", Email: "bruno@example.com", Age: 52, Country: "DE", Region: "Hamburg", Role: "member"},
	{Name: "Chiara Conti", Email: "chiara@example.com", Age: 29, Country: "IT", Region: "Tuscany", Newsletter: true, Role: "editor", Addresses: []Address{{"Via Roma 4", "Siena"}, {"Via del Porto 9", "Livorno"}}},
	{Name: "Dai Sato", Email: "dai@example.com", Age: 41, Country: "JP", Region: "Osaka", Role: "member"},
	{Name: "Elif Wagner", Email: "elif@example.com", Age: 33, Country: "DE", Region: "Berlin", Newsletter: true, Role: "editor", Addresses: []Address{{"Lindenweg 7", "Berlin"}}},
	{Name: "Felix Huber", Email: "felix@example.com", Age: 64, Country: "AT", Region: "Tyrol", Role: "member"},
	{Name: "Grace Tan", Email: "grace@example.com", Age: 27, Country: "SG", Role: "admin", Addresses: []Address{{"3 Orchard Lane", "Singapore"}}},
	{Name: "Hana Ito", Email: "hana@example.com", Age: 45, Country: "JP", Region: "Kyoto", Newsletter: true, Role: "member"},
	{Name: "Ian Fraser", Email: "ian@example.com", Age: 58, Country: "CA", Region: "Nova Scotia", Role: "member"},
	{Name: "Jana Novak", Email: "jana@example.com", Age: 38, Country: "AT", Region: "Vienna", Newsletter: true, Role: "editor"},
	{Name: "Luca Ferri", Email: "luca@example.com", Age: 22, Country: "IT", Region: "Lazio", Role: "member"},
	{Name: "Maria Braun", Email: "maria@example.com", Age: 49, Country: "DE", Region: "Saxony", Role: "member", Addresses: []Address{{"Am Markt 1", "Leipzig"}}},
}
