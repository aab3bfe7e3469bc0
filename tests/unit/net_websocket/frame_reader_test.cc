#include "net/websocket/frame_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/websocket_peer.h"

namespace oofgg::net {
namespace {

constexpr std::size_t kMost = 1'000;
constexpr unsigned char kTextFrame = 0x81, kBinaryFrame = 0x82, kCloseFrame = 0x88, kPingFrame = 0x89;
constexpr unsigned char kTextBegins = 0x01, kGoesOn = 0x00, kEnds = 0x80;

/// What is read of `bytes`, cut into pieces of `size`: payloads with their opcode in front, and why it broke.
std::vector<std::string> FramesOf(std::string_view bytes, std::size_t size = 1'000'000) {
  FrameReader reader;
  std::vector<std::string> read;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, size));
    bytes.remove_prefix(piece.size());
    std::string_view rest = piece;
    ReceivedFrame frame;
    FrameReader::Outcome outcome;
    while ((outcome = reader.Next(rest, kMost, frame)) == FrameReader::Outcome::kFrame) {
      std::string line = std::to_string(static_cast<int>(frame.opcode)) + ":" + frame.payload;
      if (frame.opcode == Opcode::kClose) line += ":" + std::to_string(static_cast<int>(frame.code));
      read.push_back(std::move(line));
    }
    if (outcome == FrameReader::Outcome::kBroken) {
      read.push_back("broken " + std::to_string(static_cast<int>(reader.broken())));
      break;
    }
  }
  return read;
}

std::string FrameOf(std::string_view bytes) {
  const std::vector<std::string> read = FramesOf(bytes);
  return read.size() == 1 ? read.front() : std::to_string(read.size()) + " frames";
}

TEST(FrameReaderTest, ReadsMessagesHoweverTheyAreCut) {
  const std::string bytes = testing::MaskedFrame(kTextFrame, "hello") +
                            testing::MaskedFrame(kBinaryFrame, std::string(200, '\xff')) +
                            testing::MaskedFrame(kTextBegins, "in ") + testing::MaskedFrame(kPingFrame, "?") +
                            testing::MaskedFrame(kGoesOn, "") + testing::MaskedFrame(kEnds, "pieces") +
                            testing::MaskedFrame(kTextFrame, "");
  const std::vector<std::string> expected = {"1:hello", "2:" + std::string(200, '\xff'), "9:?", "1:in pieces",
                                             "1:"};
  for (const std::size_t size : {1, 2, 3, 7, 64, 100'000}) EXPECT_EQ(FramesOf(bytes, size), expected) << size;
}

TEST(FrameReaderTest, AMessageHasALimitInOnePieceOrMany) {
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kTextFrame, std::string(kMost, 'x'))),
            "1:" + std::string(kMost, 'x'));
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kTextFrame, std::string(kMost + 1, 'x'))), "broken 1009");
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kTextFrame, std::string(kMost + 1, 'x')).substr(0, 8)),
            "broken 1009")
      << "said by its head alone";
  EXPECT_EQ(
      FrameOf(testing::MaskedFrame(kTextBegins, std::string(kMost, 'x')) + testing::MaskedFrame(kEnds, "x")),
      "broken 1009");
  std::string huge = testing::MaskedFrame(kTextFrame, std::string(70'000, 'x'));
  for (int i = 2; i < 10; ++i) huge[static_cast<std::size_t>(i)] = '\xff';
  EXPECT_EQ(FrameOf(huge), "broken 1009");
}

TEST(FrameReaderTest, WhatBreaksARuleIsNamed) {
  EXPECT_EQ(FrameOf({"\x81\x00", 2}), "broken 1002") << "not masked";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(0xc1, "x")), "broken 1002") << "a reserved bit";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(0x83, "x")), "broken 1002") << "no such opcode";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(0x09, "x")), "broken 1002") << "a ping in pieces";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kPingFrame, std::string(126, 'x'))), "broken 1002") << "a long ping";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kEnds, "x")), "broken 1002") << "the end of nothing";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kTextBegins, "x") + testing::MaskedFrame(kTextFrame, "y")),
            "broken 1002");
  EXPECT_EQ(FrameOf({"\x81\xfe\x00\x01mask.", 9}), "broken 1002") << "a length longer than need be";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kTextFrame, "\xff")), "broken 1007");
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kTextBegins, "\xc3") + testing::MaskedFrame(kEnds, "\xa4")),
            "1:\xc3\xa4")
      << "a character may be cut";
}

TEST(FrameReaderTest, AfterAFaultNothingMoreIsRead) {
  FrameReader reader;
  ReceivedFrame frame;
  const std::string bytes = testing::MaskedFrame(0x83, "") + testing::MaskedFrame(kTextFrame, "x");
  std::string_view rest = bytes;
  EXPECT_EQ(reader.Next(rest, kMost, frame), FrameReader::Outcome::kBroken);
  EXPECT_EQ(reader.Next(rest, kMost, frame), FrameReader::Outcome::kBroken);
}

TEST(FrameReaderTest, AClosesCodeIsOneThatMayBeSent) {
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kCloseFrame, "")), "8::1005");
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kCloseFrame, {"\x03\xe8", 2})), "8::1000");
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kCloseFrame, "\x0f\xa0why")), "8:why:4000");
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kCloseFrame, "\x03")), "broken 1002");
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kCloseFrame, "\x03\xed")), "broken 1002") << "1005 is never sent";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kCloseFrame, "\x03\xe7")), "broken 1002") << "999";
  EXPECT_EQ(FrameOf(testing::MaskedFrame(kCloseFrame, "\x03\xe8\xff")), "broken 1007");
}

TEST(FrameTest, LengthsAreWrittenAsShortAsTheyCanBe) {
  for (const auto& [size, head] :
       {std::pair(0U, std::string("\x82\x00", 2)), std::pair(125U, std::string("\x82\x7d")),
        std::pair(126U, std::string("\x82\x7e\x00\x7e", 4)),
        std::pair(0xffffU, std::string("\x82\x7e\xff\xff")),
        std::pair(0x10000U, std::string("\x82\x7f\0\0\0\0\0\1\0\0", 10))}) {
    std::string out;
    AppendFrame(out, Opcode::kBinary, std::string(size, 'x'));
    EXPECT_EQ(out, head + std::string(size, 'x'));
  }
  std::string close;
  AppendClose(close, CloseCode::kRevoked, std::string(200, 'x'));
  EXPECT_EQ(close, "\x88\x7d\x11\x31" + std::string(123, 'x'));
  close.clear();
  AppendClose(close, CloseCode::kNoStatus);
  EXPECT_EQ(close, std::string("\x88\x00", 2));
}

}  // namespace
}  // namespace oofgg::net
