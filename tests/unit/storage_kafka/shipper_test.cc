#include "storage/kafka/shipper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>

#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/storage_kafka/fake_producer.h"
#include "tests/unit/storage_kafka/spool_drain.h"

namespace oofgg::storage {
namespace {

using testing::Eventually;

class ShipperTest : public ::testing::Test {
 protected:
  ShipperTest() { Begin(); }
  void Begin() {
    auto spool = Spool::Open(folder_.path(), {.segment_bytes = 2'000});
    EXPECT_TRUE(spool.ok()) << spool.status();
    spool_ = *std::move(spool);
    shipper_ = std::make_unique<Shipper>(*spool_, kafka_.factory(), Clock::System(),
                                         ShipperOptions{.topics = {"logs", "scores", "matches"},
                                                        .max_in_flight = 10,
                                                        .max_in_flight_bytes = 500,
                                                        .retry_delay = std::chrono::milliseconds(1),
                                                        .farewell = std::chrono::milliseconds(1)});
  }
  void End() {
    shipper_.reset();
    spool_.reset();
  }
  void Fill(int begin, int end) {
    for (int i = begin; i < end; ++i) {
      ASSERT_TRUE(spool_->Append(Numbered(i)).ok());
      shipper_->Wake();
    }
  }
  bool AllIsShipped() {
    return Eventually([this] { return spool_->waiting_bytes() == 0; });
  }
  /// What Kafka has, without what comes again.
  std::vector<int> FirstOfEach() const {
    std::set<std::string> seen;
    std::vector<int> numbers;
    for (const auto& message : kafka_.log()) {
      if (seen.insert(message.value).second) numbers.push_back(std::stoi(message.value));
    }
    return numbers;
  }

  FakeKafka kafka_;
  const testing::TemporaryDirectory folder_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Shipper> shipper_;
};

TEST_F(ShipperTest, TakesRecordsToTheirTopicInOrder) {
  Fill(0, 100);
  ASSERT_TRUE(AllIsShipped());
  const auto log = kafka_.log();
  ASSERT_EQ(log.size(), 100u);
  EXPECT_EQ(log[5].topic, "scores");
  EXPECT_EQ(log[5].key, "key2");
  EXPECT_EQ(FirstOfEach(), UpTo(100));
  EXPECT_EQ(shipper_->counts().shipped, 100u);
  EXPECT_EQ(shipper_->counts().failures, 0u);
  EXPECT_EQ(shipper_->counts().oldest_ms, 0);
}

TEST_F(ShipperTest, KeepsNoMoreInMemoryHoweverLongKafkaIsAway) {
  kafka_.Leave();
  Fill(0, 500);
  ASSERT_TRUE(Eventually([this] { return kafka_.most_held() == 10; }));
  EXPECT_TRUE(Eventually([this] { return shipper_->counts().oldest_ms == 1'000; }));
  EXPECT_TRUE(kafka_.log().empty());
  kafka_.Return();
  ASSERT_TRUE(AllIsShipped());
  EXPECT_EQ(kafka_.most_held(), 10u);
  EXPECT_EQ(FirstOfEach(), UpTo(500));
  EXPECT_EQ(kafka_.log().size(), 500u);
}

TEST_F(ShipperTest, ReplacesAProducerThatBreaksAndSendsAgainFromTheMark) {
  for (int round = 0; round < 5; ++round) {
    kafka_.Leave();
    Fill(round * 50, round * 50 + 50);
    ASSERT_TRUE(Eventually([&] { return kafka_.made() == round + 1; }));  // On a slow machine, not yet.
    kafka_.Break();
    ASSERT_TRUE(Eventually([&] { return kafka_.made() == round + 2; }));
    kafka_.Return();
    ASSERT_TRUE(AllIsShipped());
  }
  EXPECT_EQ(FirstOfEach(), UpTo(250));
  EXPECT_GE(shipper_->counts().failures, 5u);
}

TEST_F(ShipperTest, GoesOnAfterARestart) {
  kafka_.Leave();
  Fill(0, 30);
  End();
  Begin();
  Fill(30, 40);
  kafka_.Return();
  ASSERT_TRUE(AllIsShipped());
  EXPECT_EQ(FirstOfEach(), UpTo(40));
}

TEST_F(ShipperTest, WhatIsDamagedDoesNotWaitForEver) {
  kafka_.Leave();
  Fill(0, 30);
  End();
  const std::string last = folder_.path() + "/00000000000000000001.spool";
  std::ofstream(last, std::ios::app) << "what nobody wrote\n";
  Begin();
  kafka_.Return();
  ASSERT_TRUE(AllIsShipped());
  EXPECT_EQ(FirstOfEach(), UpTo(30));
  EXPECT_FALSE(std::filesystem::exists(last));
  EXPECT_TRUE(std::filesystem::exists(last + ".damaged"));
}

TEST_F(ShipperTest, TheEndDoesNotWaitForAProducerThatIsBeingMade) {
  End();
  auto spool = Spool::Open(folder_.path());
  std::atomic<bool> is_making = false;
  std::atomic<bool> was_told = false;
  auto shipper = std::make_unique<Shipper>(
      **spool,
      [&](MessageProducer::OnDelivered,
          const std::function<bool()>& stop) -> StatusOr<std::unique_ptr<MessageProducer>> {
        is_making = true;
        was_told = Eventually(stop);
        return MakeStatus(StatusCode::kCancelled, "told to stop");
      },
      Clock::System(), ShipperOptions{.topics = {"logs", "scores", "matches"}});
  ASSERT_TRUE(Eventually([&] { return is_making.load(); }));
  shipper.reset();
  EXPECT_TRUE(was_told);
}

TEST_F(ShipperTest, TheEndSendsWhatIsLeftIfKafkaIsThere) {
  End();
  auto spool = Spool::Open(folder_.path());
  auto shipper = std::make_unique<Shipper>(
      **spool, kafka_.factory(), Clock::System(),
      ShipperOptions{.topics = {"logs", "scores", "matches"}, .farewell = testing::kPatience});
  for (int i = 0; i < 100; ++i) ASSERT_TRUE((*spool)->Append(Numbered(i)).ok());
  shipper.reset();
  EXPECT_EQ((*spool)->waiting_bytes(), 0u);
  EXPECT_EQ(FirstOfEach(), UpTo(100));
}

}  // namespace
}  // namespace oofgg::storage
