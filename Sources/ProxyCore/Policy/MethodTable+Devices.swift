extension MethodTable {
    /// Devices and wallets. Those that stand in for one on a page are `sessions.agent`; the machine's own, and those that
    /// all pages share, are not.
    static let devices = [
        Row(
            "BluetoothEmulation",
            .needs(.everything),
            """
            addCharacteristic addDescriptor addService disable enable removeCharacteristic removeDescriptor
            removeService setSimulatedCentralState simulateAdvertisement simulateCharacteristicOperationResponse
            simulateDescriptorOperationResponse simulateGATTDisconnection simulateGATTOperationResponse
            simulatePreconnectedPeripheral
            """
        ),
        Row(
            "Cast",
            .needs(.everything),
            "disable enable setSinkToUse startDesktopMirroring startTabMirroring stopCasting"
        ),
        Row("DeviceAccess", .needs(.everything), "cancelPrompt disable enable selectPrompt"),
        Row("DigitalCredentials", .needs(.sessionsAgent), "setVirtualWalletBehavior"),
        Row(
            "FedCm",
            .needs(.sessionsAgent),
            "clickDialogButton disable dismissDialog enable openUrl resetCooldown selectAccount"
        ),
        Row(
            "SmartCardEmulation",
            .needs(.everything),
            """
            disable enable reportBeginTransactionResult reportConnectResult reportDataResult reportError
            reportEstablishContextResult reportGetStatusChangeResult reportListReadersResult reportPlainResult
            reportReleaseContextResult reportStatusResult
            """
        ),
        // Virtual authenticators; Playwright keeps their keys in a storage state.
        Row(
            "WebAuthn",
            .needs(.sessionsAgent),
            """
            addCredential addVirtualAuthenticator clearCredentials disable enable getCredential getCredentials
            removeCredential removeVirtualAuthenticator setAutomaticPresenceSimulation setCredentialProperties
            setResponseOverrideBits setUserVerified
            """
        ),
    ]
}
