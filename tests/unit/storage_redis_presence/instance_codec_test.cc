#include "storage/redis/presence/instance_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "oofgg/random.h"

namespace oofgg::storage::instance_codec {
namespace {

using namespace std::chrono_literals;
using Registration = PresenceTable::Registration;
using ::testing::IsEmpty;

constexpr presence::LifeId kLife = 0x0102030405060708;

const Registration kFull{.user_id = "ann",
                         .version = 0xFEDCBA9876543210,
                         .online = true,
                         .lingering = true,
                         .proven = true,
                         .said = 0x8000000000000001,
                         .status = {PresenceState::kInMatch, "words", "session-1"}};

std::string Sized(const std::string& text) {
  return std::string{static_cast<char>(text.size() >> 8), static_cast<char>(text.size())} + text;
}
std::string EntryOf(presence::LifeId life, const std::string& entry) {
  return LifeBytes(life) + Sized(entry);
}
/// The first byte, and version 1.
std::string Flags(unsigned char flags) {
  return std::string(1, static_cast<char>(flags)) + std::string("\0\0\0\0\0\0\0\1", 8);
}

TEST(InstanceCodecTest, ALifeIsEightBytesAndSixteenDigits) {
  EXPECT_EQ(LifeBytes(kLife), std::string("\1\2\3\4\5\6\7\10", 8));
  EXPECT_EQ(LifeName(kLife), "0102030405060708");
  EXPECT_EQ(LifeName(~presence::LifeId{0}), "ffffffffffffffff");
}

TEST(InstanceCodecTest, AnEntryIsReadAsItWasWritten) {
  Registration invisible{.user_id = "ann", .version = 1, .online = true};
  invisible.status.state = PresenceState::kOffline;
  Registration gone{.user_id = "ann", .version = 2, .signed_off = true};
  Registration odd = kFull;
  odd.status.text = std::string("\0\xff\r\n", 4);
  for (const Registration& each : {kFull, invisible, gone, odd, Registration{.user_id = "ann"}}) {
    const auto entries = DecodeUser("ann", EntryOf(kLife, EncodeEntry(each)));
    ASSERT_TRUE(entries.has_value() && entries->size() == 1);
    EXPECT_EQ(entries->front().life, kLife);
    EXPECT_EQ(entries->front().registration, each);
  }
  EXPECT_EQ(EncodeEntry({.user_id = "ann", .version = 1, .online = true}).size(), 9U) << "what most cost";
}

TEST(InstanceCodecTest, ScriptsFindTheBitsTheyLookAt) {
  EXPECT_EQ(EncodeEntry({.user_id = "ann", .online = true})[0], 1);
  EXPECT_EQ(EncodeEntry({.user_id = "ann", .lingering = true})[0], 16);
  EXPECT_EQ(EncodeEntry({.user_id = "ann", .signed_off = true})[0], 32);
}

TEST(InstanceCodecTest, AUserIsReadAsAllLivesHaveEnteredThem) {
  const Registration plain{.user_id = "ann", .version = 3, .online = true};
  const auto entries = DecodeUser("ann", EntryOf(kLife, EncodeEntry(kFull)) + EntryOf(9, EncodeEntry(plain)));
  ASSERT_TRUE(entries.has_value());
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ(entries->at(0).registration, kFull);
  EXPECT_EQ(entries->at(1).life, 9U);
  EXPECT_EQ(entries->at(1).registration, plain);
  EXPECT_THAT(DecodeUser("ann", ""), ::testing::Optional(IsEmpty()));
}

TEST(InstanceCodecTest, AShardMessageIsReadAsItWasWritten) {
  const Registration gone{.user_id = std::string("\0b", 2), .version = 4, .signed_off = true};
  const auto message = DecodeShardMessage(LifeBytes(kLife) + Sized("ann") + Sized(EncodeEntry(kFull)) +
                                          Sized(gone.user_id) + Sized(EncodeEntry(gone)));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->life, kLife);
  EXPECT_THAT(message->registrations, ::testing::ElementsAre(kFull, gone));
  const auto none = DecodeShardMessage(LifeBytes(kLife));
  ASSERT_TRUE(none.has_value());
  EXPECT_THAT(none->registrations, IsEmpty());
}

TEST(InstanceCodecTest, ABeatIsReadAsItWasWritten) {
  const Beat beat{kLife,
                  600'000ms,
                  {.address = "game-1:8080",
                   .connections = 3,
                   .capacity = 4'000'000'000,
                   .complete = true,
                   .leaving = true}};
  const auto read = DecodeBeat(EncodeBeat(beat));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->life, kLife);
  EXPECT_EQ(read->ttl, 600'000ms);
  EXPECT_EQ(read->record, beat.record);
  const auto end = DecodeBeat(EncodeBeat({kLife, 0ms, {}}));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->ttl, 0ms);
  EXPECT_EQ(end->record, presence::LeaseRecord());
}

TEST(InstanceCodecTest, AFarewellIsReadAsItWasWritten) {
  const PresenceTable::Farewell farewell{.listed = "ann", .departed = {.user_id = "bob", .version = 7}};
  const auto read = DecodeFarewell(EncodeFarewell(farewell));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->listed, "ann");
  EXPECT_EQ(read->departed, farewell.departed);
}

TEST(InstanceCodecTest, WhatIsCutShortOrTooLongIsRefused) {
  const std::string beat = EncodeBeat({kLife, 1ms, {.address = "game-1:8080"}});
  const std::string farewell = EncodeFarewell({"ann", {.user_id = "bob", .version = 7}});
  const std::string user = EntryOf(kLife, EncodeEntry(kFull));
  const std::string message = LifeBytes(kLife) + Sized("ann") + Sized(EncodeEntry(kFull));
  for (std::size_t size = 0; size < beat.size(); ++size) {
    EXPECT_FALSE(DecodeBeat(beat.substr(0, size)).has_value()) << size;
  }
  for (std::size_t size = 0; size < farewell.size(); ++size) {
    EXPECT_FALSE(DecodeFarewell(farewell.substr(0, size)).has_value()) << size;
  }
  for (std::size_t size = 1; size < user.size(); ++size) {
    EXPECT_FALSE(DecodeUser("ann", user.substr(0, size)).has_value()) << size;
  }
  for (std::size_t size = 0; size < message.size(); ++size) {
    const bool is_whole = size == 8;  // A life that says nothing.
    EXPECT_EQ(DecodeShardMessage(message.substr(0, size)).has_value(), is_whole) << size;
  }
  EXPECT_FALSE(DecodeBeat(beat + "x").has_value());
  EXPECT_FALSE(DecodeFarewell(farewell + "x").has_value());
  EXPECT_FALSE(DecodeUser("ann", user + "x").has_value());
  EXPECT_FALSE(DecodeShardMessage(message + "x").has_value());
}

TEST(InstanceCodecTest, AnEntryIsNothingElseThanWhatItsFirstByteSays) {
  const auto is_taken = [](const std::string& entry) {
    return DecodeUser("ann", EntryOf(kLife, entry)).has_value();
  };
  EXPECT_TRUE(is_taken(Flags(1)));
  EXPECT_FALSE(is_taken("")) << "no first byte";
  EXPECT_FALSE(is_taken(Flags(1) + "x")) << "more than it says";
  EXPECT_FALSE(is_taken(Flags(1 | 4))) << "no moment";
  EXPECT_FALSE(is_taken(Flags(1 | 8))) << "no status";
  EXPECT_TRUE(is_taken(Flags(1 | 8) + std::string("\3\0\0\0\0", 5)));
  EXPECT_FALSE(is_taken(Flags(1 | 8) + std::string("\4\0\0\0\0", 5))) << "no such state";
  EXPECT_FALSE(is_taken(Flags(1 | 8) + std::string("\3\xff\xff\0\0", 5))) << "a text beyond the end";
}

TEST(InstanceCodecTest, RandomBytesHarmNobody) {
  SeededRandom random(7);
  for (int i = 0; i < 100'000; ++i) {
    const std::string bytes = random.Bytes(random.Below(64));
    static_cast<void>(DecodeBeat(bytes));
    static_cast<void>(DecodeFarewell(bytes));
    static_cast<void>(DecodeShardMessage(bytes));
    static_cast<void>(DecodeUser("ann", bytes));
  }
}

}  // namespace
}  // namespace oofgg::storage::instance_codec
