"""Token ids of posts with a tokenizer of a few pieces: which token begins which unit, and what becomes one token."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import Unigram
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

from models.text import HANDLE, URL
from models.tokens import MAX_TOKENS, PostTokenizer
from models.words import words

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
WHOLE = ["▁banjir", "▁di", "▁jalan", "▁mawar", "▁tolong", "▁rumah", "▁sakit", "▁x"]


def backend(special: list[str] = SPECIAL) -> Tokenizer:
    """Whole pieces for a few words, single letters, digits and signs for the rest."""
    pieces = [(piece, -1.0) for piece in WHOLE] + [
        (piece, -9.0) for piece in "▁" + string.ascii_lowercase + "0123!,.-"
    ]
    tokenizer = Tokenizer(Unigram([(name, 0.0) for name in special] + pieces + [("<mask>", 0.0)], unk_id=3))
    tokenizer.add_special_tokens([*special, "<mask>"])
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(name, tokenizer.token_to_id(name)) for name in ("<s>", "</s>")]
    )
    return tokenizer


TOKENIZER = PostTokenizer(backend())


def pieces(post: str) -> list[str | None]:
    """The tokens of a post as they are written in the vocabulary."""
    return [TOKENIZER.tokenizer.id_to_token(number) for number in TOKENIZER([post])[0].ids]


@pytest.mark.parametrize(
    ("post", "tokens"),
    [
        ("BANJIR 😭 di jln Mawar!!! tlg", ["▁banjir", "▁di", "▁jalan", "▁mawar", "!", "▁tolong"]),
        ("@a @b_c tlg", [HANDLE, HANDLE, "▁tolong"]),
        ("@warga", [HANDLE]),
        ("tlg @a", ["▁tolong", HANDLE]),
        ("banjir https://t.co/Ab1?c=d", ["▁banjir", URL]),
        ("www.contoh.id/x pic.twitter.com/y", [URL, URL]),
        ("x 😭 @a", ["▁x", HANDLE]),
        ("banjir ☃☃", ["▁banjir"]),
        ("di rs", ["▁di", "▁rumah", "▁sakit"]),
        ("", []),
        ("😭 \u200b", []),
    ],
)
def test_tokens(post: str, tokens: list[str]) -> None:
    assert pieces(post) == ["<s>", *tokens, "</s>"]


@pytest.mark.parametrize(
    ("post", "begins"),
    [
        ("BANJIR di jln Mawar!!!", ["▁banjir", "▁di", "▁jalan", "▁mawar", "!"]),
        ("banjir kota di x", ["▁banjir", "k", "▁di", "▁x"]),  # "kota" is ▁ k o t a: ▁ alone begins no word
        ("kota", ["▁"]),  # but at the very front it stands for the k
        ("rs, di jalan", ["▁rumah", ",", "▁di", "▁jalan"]),  # one unit of two words
        ("di @a, tlg https://b x", ["▁di", HANDLE, "▁", "▁tolong", URL, "▁x"]),
        ("x jl.mawar", ["▁x", "j"]),
        ("banjir 😭 3", ["▁banjir", "3"]),
        ("di 中 jalan", ["▁di", "<unk>", "▁jalan"]),
        ("😭", []),
    ],
)
def test_the_first_token_of_each_unit(post: str, begins: list[str]) -> None:
    (one,) = TOKENIZER([post])
    assert one.words == words(post)
    assert [TOKENIZER.tokenizer.id_to_token(one.ids[first]) for first in one.firsts] == begins


TYPED = "banjir di jln MAWAR kota rs @a https://b tlg! x, rt.05 😭 ! … 中 ﷺ kira2 ´ \u0301 _ <s>"


@given(
    st.lists(
        st.tuples(st.sampled_from(TYPED.split()), st.sampled_from(["", " ", "  "])).map("".join), max_size=25
    ).map("".join)
)
def test_firsts_agree_with_the_offsets_of_the_tokens(post: str) -> None:
    (one,) = TOKENIZER([post])
    text = one.words.text
    encoding = TOKENIZER.tokenizer.encode(text)
    assert list(one.ids) == encoding.ids
    visible = [(start + (text[start:end][:1] == " "), end) for start, end in encoding.offsets]
    # A token over two units begins the first of them.
    owners = [
        next((unit for unit, (_, end) in enumerate(one.words.spans) if start < end and start < to), None)
        for start, to in visible
    ]
    for unit, first in enumerate(one.firsts):
        assert first == (owners.index(unit) if unit in owners else 0)


@pytest.mark.parametrize(("count", "kept"), [(MAX_TOKENS - 2, MAX_TOKENS - 2), (MAX_TOKENS + 44, MAX_TOKENS - 2)])
def test_a_long_post_is_cut_and_its_last_units_have_no_token(count: int, kept: int) -> None:
    (one,) = TOKENIZER(["mawar " * count])
    assert len(one.ids) == MAX_TOKENS
    assert TOKENIZER.tokenizer.id_to_token(one.ids[-1]) == "</s>"
    assert one.firsts == tuple(range(1, kept + 1)) + (0,) * (count - kept)


@pytest.mark.parametrize(
    "post", ["\ud800" * 9, "\x00", "a" * 50_000, "😭" * 50_000, "\u202e", " " * 50_000, "@" * 9_000]
)
def test_hostile_posts_are_read(post: str) -> None:
    (one,) = TOKENIZER([post])
    assert len(one.ids) <= MAX_TOKENS
    assert len(one.firsts) == len(one.words.spans)


def test_a_post_reads_the_same_alone_and_in_company() -> None:
    posts = ["banjir", "", "mawar " * 300, "@a di https://b", "😭"]
    assert TOKENIZER(posts) == [TOKENIZER([post])[0] for post in posts]
    assert TOKENIZER([]) == []


def test_posts_are_not_padded_whatever_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    padded = backend()
    padded.enable_padding(pad_id=1, pad_token="<pad>", length=99)
    padded.save(str(file))
    opened = PostTokenizer.open(file)
    assert opened(["banjir di jalan"]) == TOKENIZER(["banjir di jalan"])
    assert opened.padding == TOKENIZER.padding == 1


def test_a_tokenizer_survives_being_saved(tmp_path: Path) -> None:
    saved = PostTokenizer.parse(TOKENIZER.tokenizer.to_str().encode())
    posts = ["BANJIR di jln Mawar @a https://b", "mawar " * 300]
    assert saved(posts) == TOKENIZER(posts)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"\xff", b"no json", backend(["<s>", "</s>", "<none>", "<unk>"]).to_str().encode()],
    ids=["nothing", "no key", "no text", "no JSON", "no padding"],
)
def test_what_is_no_tokenizer_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no tokenizer: "):
        PostTokenizer.parse(content)
    file = tmp_path / "tokenizer.json"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="is no tokenizer: "):
        PostTokenizer.open(file)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PostTokenizer.open(tmp_path / "tokenizer.json")
