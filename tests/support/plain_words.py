"""Posts that anyone would judge alike, written for the tests."""

EMERGENCIES = [
    "Tolong! Rumah terbakar di Gang Mawar, dua anak masih terjebak di lantai dua",
    "kebakaran besar di pasar, api sudah merembet ke rumah warga, cepat kirim pemadam",
    "ada kecelakaan barusan di depan SPBU, pengendara motor tidak sadarkan diri dan berdarah, butuh ambulans",
    "anak tenggelam di sungai belakang sekolah, belum ketemu, tolong tim SAR",
    "kabel listrik putus menjuntai ke jalan masih ada apinya, anak-anak lewat situ",
    "air masuk rumah sudah sedada, kami di atap dengan bayi, tolong evakuasi",
    "Bapak saya sesak napas dan pingsan, ambulans belum datang, tolong",
    "anak saya 5 tahun hilang sejak sore di pasar malam, pakai baju merah",
    "tawuran pakai celurit sekarang di bawah jembatan, ada yang sudah kena bacok",
    "bau gas menyengat di dapur rusun, beberapa orang sudah lemas, tolong segera",
    "longsor barusan menimbun rumah, masih ada orang di dalam",
    "perampok bersenjata lagi di minimarket, kasir disandera",
    "tetangga saya sedang dipukuli suaminya, teriak minta tolong dari tadi",
    "orang mau lompat dari jembatan, tolong cepat ke sini",
]
"""A life is in danger now."""

CALM = [
    "Bagaimana cara mengurus KTP yang hilang?",
    "Terima kasih, jalan depan rumah sudah mulus lagi",
    "Selamat pagi semua, semoga hari ini lancar",
    "Jadwal SIM keliling hari Sabtu di mana ya?",
    "Usul taman kota ditambah bangku dan ayunan",
    "Sampah di depan gang belum diangkut tiga hari",
    "Lampu jalan di RT kami mati sudah seminggu",
    "Parkir liar di depan toko bikin sempit",
    "Pajak motor bisa dibayar lewat aplikasi apa saja?",
    "Diskon besar-besaran sepatu lari, pesan sekarang",
    "Pemkot menggelar rapat koordinasi penataan pasar",
    "Kopi sore ini enak sekali",
]
"""Nobody has to hurry."""
