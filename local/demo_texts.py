"""What the people of the sample weeks write. Invented, as such messages are written; no names, nobody's address."""

from __future__ import annotations

_ANYWHERE = (
    "Cho hoi lam lai the BHYT bi mat can giay to gi, nop o dau?",
    "Thu tuc dang ky khai sinh cho be moi sinh can nhung gi a?",
    "Muon hoi tro cap that nghiep duoc huong may thang?",
    "Nguoi cao tuoi 80 tuoi muon nhan tro cap xa hoi thi lam ho so o dau?",
    "Cap doi giay phep lai xe o dau, het bao nhieu tien?",
    "Xin hoi lich tiem chung cho tre em thang nay o tram y te?",
    "Kien nghi tinh mo them tuyen xe buyt cho cong nhan va hoc sinh",
    "Cong ty no luong cong nhan 2 thang nay khong tra",
    "Quan an mo loa keo karaoke toi 12 gio dem, ca xom khong ngu duoc",
    "Thuoc tru sau gia ban o cho, ba con mua ve xit khong chet sau",
)

TEXTS = {
    "dong-thap": (
        "Duong vao cho Sa Dec o ga nhieu qua, xe hay te",
        "Đèn đường trên đường Nguyễn Huệ, Cao Lãnh hư cả tuần nay, tối đi rất nguy hiểm",
        "khu vuc phuong 1 Cao Lanh cup nuoc 2 ngay r ma hk thay thong bao j",
        "Bai rac tu phat canh kenh sau cho Tan Quy Tay boc mui hoi thoi",
        "Truong tieu hoc o Lap Vo thu tien gi nhieu qua, mong Phong giao duc xem lai",
        "Duong day dien chung thap sat dau nguoi o xa My Hiep, rat nguy hiem",
        "Kien nghi lap den tin hieu giao thong o cau Duc Sa Dec, gio tan hoc rat dong",
        "Cong thoat nuoc duong Hung Vuong Sa Dec nghet, mua la ngap vao nha",
        "Cho Cao Lanh ban thit khong co dau kiem dich",
        "Ghe cat hut trom dem tren song Tien doan Hong Ngu, sat lo bo",
        "Wifi cong cong o cong vien Van Mieu Cao Lanh khong vao duoc",
    ),
    "dong-nai": (
        "Duong Dong Khoi Bien Hoa o ga nhieu qua, xe hay te",
        "Đèn đường trước chợ Long Khánh hư cả tuần nay, tối đi rất nguy hiểm",
        "khu vuc Trang Dai Bien Hoa cup nuoc 2 ngay r ma hk thay thong bao j",
        "Bai rac tu phat canh suoi San Mau Bien Hoa boc mui hoi thoi",
        "Nha may o khu cong nghiep Nhon Trach xa khoi den ban dem",
        "Xe ben cho dat chay am am qua xa Phuoc Tan, bui mu troi",
        "Kien nghi lap den tin hieu giao thong o nga tu Vung Tau, gio tan tam rat dong",
        "Cong thoat nuoc duong Cach Mang Thang 8 Bien Hoa nghet, mua la ngap",
        "Cho Bien Hoa ban thit khong co dau kiem dich",
        "Trai heo o Thong Nhat xa nuoc thai ra suoi, ca chet noi day",
        "Tram xang o Trang Bom ban thieu, do 50k ma kim khong len",
    ),
}

ANSWERS = (
    "Don vi da kiem tra thuc te va xu ly xong trong ngay. Cam on ba con da phan anh.",
    "Don vi da cho khac phuc; neu con ton tai xin bao lai 1022 kem ma ho so.",
    "Ho so nop tai Trung tam Phuc vu hanh chinh cong cap xa hoac Cong dich vu cong, khong thu phi.",
    "Don vi da lap bien ban, yeu cau khac phuc truoc cuoi tuan va se kiem tra lai.",
    "Noi dung da dua vao ke hoach quy nay; don vi se thong bao khi thi cong.",
)
RETURN = "Khong thuoc dia ban quan ly cua don vi, de nghi chuyen don vi khac."
QUESTION = "Xin cho biet ro dia diem, gan so nha hoac cong trinh nao?"
REPLY = "Ngay truoc tru so ap, gan cay xang a"


PHONE = "0900000123"
"""The phone of the examples: README, banner and the simulator's page."""

_PLACES = {"dong-thap": "cho Sa Dec", "dong-nai": "cho Bien Hoa"}


def sample_place(province: str) -> str:
    """Return a place everybody there knows, as a text message has it; a place in general for a new province."""
    return _PLACES.get(province, "cho")


def sample_text(province: str) -> str:
    """Return the text message of the examples, one that fits the province."""
    return f"Duong vao {sample_place(province)} o ga nhieu qua, xe hay te"


def texts_for(province: str) -> tuple[str, ...]:
    """Return what people of a province write, local matters and general ones in turn."""
    local = TEXTS.get(province, ())
    mixed = [text for pair in zip(local, _ANYWHERE, strict=False) for text in pair]
    return (*mixed, *local[len(_ANYWHERE) :], *_ANYWHERE[len(local) :])
