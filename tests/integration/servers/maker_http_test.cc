// Bad HTTP at the maker's door: what each gets, and that the next good request works.

#include <gmock/gmock.h>

#include "tests/integration/servers/maker_fixture.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::StartsWith;

std::string Request(const std::string& line, const std::string& headers = "Authorization: row\r\n",
                    const std::string& body = "") {
  return line + " HTTP/1.1\r\nHost: maker\r\nConnection: close\r\n" + headers + "\r\n" + body;
}

struct BadInput {
  const char* name;
  std::string bytes;
  std::string answer;  ///< The reply begins with it; empty: closed without a word.
};

const BadInput kBadInputs[] = {
    {"WrongMethod", Request("PUT /request"), "HTTP/1.1 405"},
    {"Options", Request("OPTIONS /request"), "HTTP/1.1 405"},
    {"InventedMethod", Request("BREW /request"), "HTTP/1.1 405"},
    {"WrongPath", Request("POST /requests"), "HTTP/1.1 404"},
    {"PathBelow", Request("POST /request/1"), "HTTP/1.1 404"},
    {"Root", Request("GET /"), "HTTP/1.1 404"},
    {"DotDot", Request("GET /../request"), "HTTP/1.1 404"},
    {"NoSlash", Request("GET request"), "HTTP/1.1 400"},
    {"BadPercent", Request("GET /request%zz"), "HTTP/1.1 400"},
    {"NulInPath", Request("GET /request%00"), "HTTP/1.1 400"},
    {"BadWait", Request("GET /request?wait=soon"), "HTTP/1.1 400"},
    {"NegativeWait", Request("GET /request?wait=-1"), "HTTP/1.1 400"},
    {"UnknownFleet", Request("POST /request?fleet=none"), "HTTP/1.1 404"},
    {"NoAuthorization", Request("POST /request", ""), "HTTP/1.1 401"},
    {"EmptyAuthorization", Request("POST /request", "Authorization:\r\n"), "HTTP/1.1 401"},
    {"TwoAuthorizations", Request("POST /request", "Authorization: a\r\nAuthorization: b\r\n"),
     "HTTP/1.1 400"},
    {"LongAuthorization", Request("POST /request", "Authorization: " + std::string(4'001, 'a') + "\r\n"),
     "HTTP/1.1 400"},
    {"NoHost", "GET /request HTTP/1.1\r\nAuthorization: row\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"},
    {"HugeHeader", Request("GET /request", "X: " + std::string(9'000, 'x') + "\r\n"), "HTTP/1.1 431"},
    {"HugeTarget", Request("GET /request?" + std::string(20'000, 'x')), "HTTP/1.1 431"},
    {"AnnouncedHugeBody", Request("POST /request", "Authorization: row\r\nContent-Length: 99999999\r\n"),
     "HTTP/1.1 413"},
    {"SentHugeBody",
     Request("POST /request", "Authorization: row\r\nTransfer-Encoding: chunked\r\n",
             "12000\r\n" + std::string(0x12000, 'b') + "\r\n0\r\n\r\n"),
     "HTTP/1.1 413"},
    {"NegativeLength", Request("POST /request", "Content-Length: -1\r\n"), "HTTP/1.1 400"},
    {"TwoLengths", Request("POST /request", "Content-Length: 1\r\nContent-Length: 2\r\n", "ab"),
     "HTTP/1.1 400"},
    {"LengthAndChunks",
     Request("POST /request", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
     "HTTP/1.1 400"},
    {"BadChunk", Request("POST /request", "Transfer-Encoding: chunked\r\n", "zz\r\n"), "HTTP/1.1 400"},
    {"NoVersion", "GET /request\r\n\r\n", "HTTP/1.1 400"},
    {"FutureVersion", "GET /request HTTP/9.9\r\n\r\n", "HTTP/1.1 400"},
    {"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 400"},
    {"ControlInHeader", Request("GET /request", "X: a\x01\x02\r\n"), "HTTP/1.1 400"},
    {"HeaderWithoutColon", Request("GET /request", "nonsense\r\n"), "HTTP/1.1 400"},
    {"Garbage", std::string("\x00\xff\xfe garbage \r\n\r\n", 17), "HTTP/1.1 400"},
    {"Tls", std::string("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n", 14), "HTTP/1.1 400"},
    {"BodyThatIsNoJson", Request("GET /request", "Authorization: row\r\nContent-Length: 1\r\n", "{"),
     "HTTP/1.1 404"},  // Bodies mean nothing here.
    {"Nothing", "", ""},
    {"HalfALine", "GET /requ", ""},
    {"HalfABody", Request("POST /request", "Authorization: row\r\nContent-Length: 10\r\n", "half"), ""},
};

class MakerHttpTest : public MakerFixture {
 protected:
  void SetUp() override {
    Start();
    address_ = Seat("good");
  }
  std::string address_;
};

TEST_F(MakerHttpTest, BadInputGetsItsAnswerAndTheNextGoodRequestWorks) {
  for (const BadInput& row : kBadInputs) {
    SCOPED_TRACE(row.name);
    TcpPeer peer(maker_->address("http"));
    ASSERT_TRUE(peer.connected());
    peer.Send(row.bytes);
    if (row.answer.empty()) peer.HalfClose();
    const auto answer = peer.ReadToEnd();
    EXPECT_THAT(answer, Optional(StartsWith(row.answer)));
    if (row.answer.empty()) {
      EXPECT_EQ(answer, "");
    }
    const HttpReply good = Ask("GET", "good");
    EXPECT_EQ(good.status, 200);
    EXPECT_EQ(good.body, address_);
  }
  EXPECT_EQ(Ask("GET", "row").status, 404) << "none of it has queued anything";
}

TEST_F(MakerHttpTest, WhoSaysNothingOrHalfOfItHoldsNobodyUp) {
  TcpPeer silent(maker_->address("http"));
  TcpPeer half(maker_->address("http"));
  ASSERT_TRUE(half.Send("POST /request HTTP/1.1\r\nHost: maker\r\nAuthori"));
  EXPECT_EQ(Ask("GET", "good").body, address_);
  ASSERT_TRUE(half.Send("zation: late\r\n\r\n"));
  EXPECT_THAT(half.ReadLine(), Optional(HasSubstr(" 20"))) << "the slow one is served too";
}

TEST_F(MakerHttpTest, PipelinedRequestsAreAnsweredInOrder) {
  TcpPeer peer(maker_->address("http"));
  ASSERT_TRUE(peer.Send("GET /request HTTP/1.1\r\nHost: maker\r\nAuthorization: good\r\n\r\n" +
                        Request("GET /nothing") + Request("GET /never")));
  const auto answers = peer.ReadToEnd();
  ASSERT_TRUE(answers.has_value());
  EXPECT_THAT(*answers, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(*answers, HasSubstr("HTTP/1.1 404"));
}

TEST_F(MakerHttpTest, AFloodOfOneClientIsTurnedAwayAndOthersAreServed) {
  HttpReply refused;
  for (int i = 0; i < 2'000 && refused.status != 429; ++i) refused = Ask("GET", "flood");
  ASSERT_EQ(refused.status, 429);
  EXPECT_TRUE(std::any_of(refused.headers.begin(), refused.headers.end(),
                          [](const auto& header) { return header.first == "retry-after"; }));
  EXPECT_EQ(Ask("GET", "good").status, 200);
}

}  // namespace
}  // namespace oofgg::testing
